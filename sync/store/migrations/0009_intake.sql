-- What was accepted and is not filed yet: an item as the outbox will hold it, and the trail of its call. One row is all that
-- the person in front of the terminal waits for; outbox, indices and journal take it from here.
CREATE TABLE intake (
    position   INTEGER NOT NULL PRIMARY KEY,
    terminal   TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    uuid       BLOB    NOT NULL CHECK (length(uuid) = 16),
    lane       BLOB    NOT NULL CHECK (length(lane) = 16),
    kind       TEXT    NOT NULL,
    created_at TEXT    NOT NULL, -- RFC 3339, UTC
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    suite      TEXT    NOT NULL,
    trail      TEXT    NOT NULL, -- JSON: a list of events
    body       TEXT    NOT NULL
) STRICT;

CREATE TRIGGER intake_no_update BEFORE UPDATE ON intake
BEGIN SELECT raise(ABORT, 'what was accepted never changes'); END;
