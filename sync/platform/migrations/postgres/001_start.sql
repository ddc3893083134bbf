-- The tables of `migrations/sqlite` as they are after 005. Times are milliseconds since 1970-01-01 UTC. What
-- terminals sent is only ever added to and leads with the terminal, so that it can be partitioned by it.

CREATE TABLE tickets (
    code_hash  BYTEA PRIMARY KEY,
    terminal   TEXT NOT NULL,
    site       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    voided_at  BIGINT
);

CREATE TABLE terminals (
    terminal    TEXT PRIMARY KEY,
    epoch       BIGINT NOT NULL,
    site        TEXT NOT NULL,
    certificate BYTEA NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at  BIGINT
);

CREATE TABLE packages (
    service      TEXT NOT NULL,
    version      BIGINT NOT NULL,
    signed       TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (service, version)
);

CREATE TABLE catalogues (
    version BIGINT PRIMARY KEY,
    signed  TEXT NOT NULL
);

-- Every item ever answered: the permanent memory that deduplicates. Bodies are bytes, as a text here cannot hold
-- every text a terminal can send.
CREATE TABLE items (
    terminal    TEXT NOT NULL,
    epoch       BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    hash        BYTEA NOT NULL,
    body        BYTEA NOT NULL,
    verdict     TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, epoch, seq)
);

-- Raw bytes for a human. The hash is of the bytes that came, whatever was claimed.
CREATE TABLE quarantine (
    terminal    TEXT NOT NULL,
    epoch       BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    hash        BYTEA NOT NULL,
    body        BYTEA NOT NULL,
    reason      TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, epoch, seq, hash)
);

CREATE TABLE alarms (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    terminal TEXT NOT NULL,
    kind     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    at       BIGINT NOT NULL
);

-- No personal data: the sealed file stays in the item, the person is a keyed pseudonym.
CREATE TABLE cases (
    case_id      BYTEA PRIMARY KEY,
    terminal     TEXT NOT NULL,
    epoch        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    service      TEXT NOT NULL,
    version      BIGINT NOT NULL,
    department   TEXT NOT NULL,
    case_number  TEXT NOT NULL UNIQUE,
    person       BYTEA NOT NULL,
    submitted_at BIGINT NOT NULL,
    accepted_at  BIGINT NOT NULL,
    UNIQUE (terminal, epoch, seq)
);
CREATE INDEX cases_by_person ON cases (person, accepted_at);

CREATE TABLE case_numbers (
    prefix TEXT NOT NULL,
    day    TEXT NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (prefix, day)
);

-- What a department will do, and when.
CREATE TABLE case_steps (
    case_id  BYTEA NOT NULL,
    step     BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    state    TEXT NOT NULL,
    due_at   BIGINT NOT NULL,
    PRIMARY KEY (case_id, step)
);
CREATE INDEX case_steps_by_terminal ON case_steps (terminal, due_at);

-- How far the steps of each terminal were told.
CREATE TABLE consumers (
    terminal TEXT PRIMARY KEY,
    due_at   BIGINT NOT NULL
);

-- What terminals are told, numbered for each.
CREATE TABLE case_changes (
    terminal TEXT NOT NULL,
    n        BIGINT NOT NULL,
    case_id  BYTEA NOT NULL,
    step     BIGINT NOT NULL,
    state    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (terminal, n),
    UNIQUE (case_id, step)
);

CREATE TABLE ratings (
    terminal    TEXT NOT NULL,
    visit       BYTEA NOT NULL,
    case_id     BYTEA,
    level       BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, visit)
);

-- Who fetched what about whom, why, and from where.
CREATE TABLE accesses (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    terminal TEXT NOT NULL,
    visit    BYTEA NOT NULL,
    reason   TEXT NOT NULL,
    source   TEXT NOT NULL,
    person   BYTEA NOT NULL,
    found    BIGINT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX accesses_by_terminal ON accesses (terminal, reason, at);

-- Sealed pages by their own number: the digest of the file, and the signed facts. The file itself is not kept.
CREATE TABLE pages (
    number TEXT PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    signed TEXT NOT NULL
);
