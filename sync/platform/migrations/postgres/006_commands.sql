-- What operators ask of terminals, numbered together with `case_changes`, and what came of it (JSON).
CREATE TABLE commands (
    terminal   TEXT NOT NULL,
    n          BIGINT NOT NULL,
    id         BYTEA NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    queued_at  BIGINT NOT NULL,
    result     TEXT,
    ended_at   BIGINT,
    PRIMARY KEY (terminal, n)
);
