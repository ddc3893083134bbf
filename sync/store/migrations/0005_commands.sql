-- What operators asked of this terminal, and what came of it.
CREATE TABLE commands (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind       TEXT    NOT NULL,
    expires_at TEXT    NOT NULL, -- RFC 3339, UTC, the platform's clock
    state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'begun', 'finished')),
    result     TEXT,             -- JSON
    is_told    INTEGER NOT NULL DEFAULT 0,
    CHECK ((result IS NULL) = (state <> 'finished'))
) STRICT, WITHOUT ROWID;

-- What is still to be done about commands.
CREATE INDEX commands_open ON commands (id) WHERE state <> 'finished' OR is_told = 0;
