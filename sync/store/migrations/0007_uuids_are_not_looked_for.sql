-- An item's UUID is random and nobody looks for it. The index that kept it unique cost a page of every commit.
CREATE TABLE outbox_next (
    position        INTEGER NOT NULL PRIMARY KEY,
    terminal        TEXT    NOT NULL,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
    lane            BLOB    NOT NULL CHECK (length(lane) = 16),
    kind            TEXT    NOT NULL,
    body            TEXT,             -- NULL once the platform has accepted it
    hash            BLOB    NOT NULL CHECK (length(hash) = 32),
    suite           TEXT    NOT NULL,
    created_at      TEXT    NOT NULL, -- RFC 3339, UTC
    state           TEXT    NOT NULL DEFAULT 'waiting'
                    CHECK (state IN ('waiting', 'settled', 'rejected', 'quarantined')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0, -- milliseconds since 1970
    reason          TEXT,
    case_number     TEXT,
    UNIQUE (terminal, epoch, seq),
    CHECK (body IS NOT NULL OR state = 'settled')
) STRICT;

INSERT INTO outbox_next SELECT position, terminal, epoch, seq, uuid, lane, kind, body, hash, suite, created_at, state,
    attempts, next_attempt_at, reason, case_number FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;

-- As they were, on the new table.
CREATE INDEX outbox_waiting ON outbox (position, lane, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX outbox_refused ON outbox (position) WHERE state IN ('rejected', 'quarantined');
CREATE UNIQUE INDEX outbox_cases ON outbox (lane, terminal, epoch) WHERE kind = 'case';

CREATE TRIGGER outbox_keeps_rows BEFORE DELETE ON outbox WHEN old.state <> 'settled'
BEGIN SELECT raise(ABORT, 'what is not settled is kept'); END;

CREATE TRIGGER outbox_keeps_identity BEFORE UPDATE OF
    position, terminal, epoch, seq, uuid, lane, kind, hash, suite, created_at ON outbox
BEGIN SELECT raise(ABORT, 'the identity of an item never changes'); END;
