-- Times are milliseconds since 1970-01-01 UTC. Tables of what terminals sent are append-only and lead
-- with the terminal, so that they can be partitioned by it.

CREATE TABLE tickets (
    code_hash  BLOB PRIMARY KEY,
    terminal   TEXT NOT NULL,
    site       TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) WITHOUT ROWID;

CREATE TABLE terminals (
    terminal    TEXT PRIMARY KEY,
    epoch       INTEGER NOT NULL,
    site        TEXT NOT NULL,
    certificate BLOB NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at  INTEGER
) WITHOUT ROWID;

CREATE TABLE packages (
    service      TEXT NOT NULL,
    version      INTEGER NOT NULL,
    signed       TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (service, version)
) WITHOUT ROWID;

CREATE TABLE catalogues (
    version INTEGER PRIMARY KEY,
    signed  TEXT NOT NULL
);

-- Every item ever answered: the permanent memory that deduplicates.
CREATE TABLE items (
    terminal    TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    body        TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (terminal, epoch, seq)
);

-- Raw bytes for a human. The hash is of the bytes that came, whatever was claimed.
CREATE TABLE quarantine (
    terminal    TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    body        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (terminal, epoch, seq, hash)
);

CREATE TABLE alarms (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    terminal TEXT NOT NULL,
    kind     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    at       INTEGER NOT NULL
);

-- No personal data: the sealed file stays in the item, the person is a keyed pseudonym.
CREATE TABLE cases (
    case_id      BLOB PRIMARY KEY,
    terminal     TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    service      TEXT NOT NULL,
    version      INTEGER NOT NULL,
    department   TEXT NOT NULL,
    case_number  TEXT NOT NULL UNIQUE,
    person       BLOB NOT NULL,
    state        TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    accepted_at  INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
);
CREATE INDEX cases_by_person ON cases (person, accepted_at);

CREATE TABLE case_numbers (
    prefix TEXT NOT NULL,
    day    TEXT NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (prefix, day)
) WITHOUT ROWID;

-- What a department will do, and when; a row leaves when it is done.
CREATE TABLE due_steps (
    due_at  INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    step    INTEGER NOT NULL,
    state   TEXT NOT NULL,
    PRIMARY KEY (due_at, case_id, step)
) WITHOUT ROWID;

CREATE TABLE case_changes (
    terminal TEXT NOT NULL,
    n        INTEGER NOT NULL,
    case_id  BLOB NOT NULL,
    state    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (terminal, n)
) WITHOUT ROWID;

CREATE TABLE ratings (
    terminal    TEXT NOT NULL,
    visit       BLOB NOT NULL,
    case_id     BLOB,
    level       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (terminal, visit)
) WITHOUT ROWID;

-- Who fetched what about whom, why, and from where.
CREATE TABLE accesses (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    terminal TEXT NOT NULL,
    visit    BLOB NOT NULL,
    reason   TEXT NOT NULL,
    source   TEXT NOT NULL,
    person   BLOB NOT NULL,
    found    INTEGER NOT NULL,
    at       INTEGER NOT NULL
);
