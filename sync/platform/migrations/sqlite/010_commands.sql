-- What operators ask of terminals, numbered together with `case_changes`, and what came of it (JSON).
CREATE TABLE commands (
    terminal   TEXT NOT NULL,
    n          INTEGER NOT NULL,
    id         BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    queued_at  INTEGER NOT NULL,
    result     TEXT,
    ended_at   INTEGER,
    PRIMARY KEY (terminal, n)
) WITHOUT ROWID;
