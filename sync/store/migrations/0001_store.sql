-- Numbers that only count up. `item/<terminal>/<epoch>` and `journal` hold the last number given out.
CREATE TABLE counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per item, for ever. `position` is the order of acceptance over all epochs.
CREATE TABLE outbox (
    position        INTEGER NOT NULL PRIMARY KEY,
    terminal        TEXT    NOT NULL,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    uuid            BLOB    NOT NULL UNIQUE CHECK (length(uuid) = 16),
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

-- What `due` walks; covers it, so that no body is read but of the items chosen.
CREATE INDEX outbox_waiting ON outbox (position, lane, next_attempt_at) WHERE state = 'waiting';

-- What technicians must see however old it is.
CREATE INDEX outbox_refused ON outbox (position) WHERE state IN ('rejected', 'quarantined');

CREATE TRIGGER outbox_keeps_rows BEFORE DELETE ON outbox
BEGIN SELECT raise(ABORT, 'outbox rows are kept for ever'); END;

CREATE TRIGGER outbox_keeps_identity BEFORE UPDATE OF
    position, terminal, epoch, seq, uuid, lane, kind, hash, suite, created_at ON outbox
BEGIN SELECT raise(ABORT, 'the identity of an item never changes'); END;

-- The trail. Canonical bytes and the chain are defined in `journal.rs`.
CREATE TABLE journal (
    seq     INTEGER NOT NULL PRIMARY KEY,
    wall_at TEXT    NOT NULL, -- RFC 3339, UTC
    event   TEXT    NOT NULL, -- JSON
    prev    BLOB    NOT NULL CHECK (length(prev) = 32),
    hash    BLOB    NOT NULL CHECK (length(hash) = 32),
    suite   TEXT    NOT NULL
) STRICT;

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

-- Where each case is, as the platform last said.
CREATE TABLE cases (
    "case"      BLOB NOT NULL PRIMARY KEY CHECK (length("case") = 16),
    state       TEXT NOT NULL,
    case_number TEXT NOT NULL,
    at          TEXT NOT NULL -- RFC 3339, UTC, the platform's clock
) STRICT, WITHOUT ROWID;

-- The catalogue in force: one row.
CREATE TABLE catalogue (
    only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1),
    version  INTEGER NOT NULL,
    bundle   TEXT    NOT NULL
) STRICT;

CREATE TABLE cursors (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
