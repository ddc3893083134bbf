-- The key of each journal, by the terminal and its epoch: the first one told in an epoch counts.
CREATE TABLE journals (
    terminal      TEXT NOT NULL,
    epoch         INTEGER NOT NULL,
    key           TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    PRIMARY KEY (terminal, epoch)
) WITHOUT ROWID;

-- Every head a terminal showed and the platform countersigned (`kiosk_protocol::journal::Countersigned`, JSON).
CREATE TABLE heads (
    terminal      TEXT NOT NULL,
    epoch         INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    countersigned TEXT NOT NULL,
    received_at   INTEGER NOT NULL,
    PRIMARY KEY (terminal, epoch, seq)
);

-- When the platform last put the terminal into a new epoch by itself.
ALTER TABLE terminals ADD COLUMN epoch_raised_at INTEGER;
