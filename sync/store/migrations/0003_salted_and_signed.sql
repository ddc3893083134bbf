-- Random bytes beside each event; rows older than this have none.
ALTER TABLE journal ADD COLUMN salt BLOB CHECK (length(salt) = 16);

-- Where the journal stood, signed: every 256 rows for ever, and the newest.
CREATE TABLE heads (
    seq       INTEGER NOT NULL PRIMARY KEY,
    terminal  TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at        TEXT    NOT NULL, -- RFC 3339, UTC
    suite     TEXT    NOT NULL,
    signature TEXT    NOT NULL
) STRICT;

CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads
BEGIN SELECT raise(ABORT, 'a signed head never changes'); END;

CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads WHEN old.seq % 256 = 0
BEGIN SELECT raise(ABORT, 'signed heads are kept for ever'); END;

-- What heads are signed with: one row, made when the store is opened for the first time.
CREATE TABLE signing_key (
    only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1),
    suite    TEXT    NOT NULL,
    secret   BLOB    NOT NULL CHECK (length(secret) = 32)
) STRICT;
