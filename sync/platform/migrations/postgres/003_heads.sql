-- The key of each journal, by the terminal and its epoch: the first one told in an epoch counts.
CREATE TABLE journals (
    terminal      TEXT NOT NULL,
    epoch         BIGINT NOT NULL,
    key           TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, epoch)
);

-- Every head a terminal showed and the platform countersigned (`kiosk_protocol::journal::Countersigned`, JSON).
CREATE TABLE heads (
    terminal      TEXT NOT NULL,
    epoch         BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    countersigned TEXT NOT NULL,
    received_at   BIGINT NOT NULL,
    PRIMARY KEY (terminal, epoch, seq)
);

-- When the platform last put the terminal into a new epoch by itself.
ALTER TABLE terminals ADD COLUMN epoch_raised_at BIGINT;
