-- The tables of `migrations/sqlite/006_files.sql`.
CREATE TABLE files (
    terminal   TEXT NOT NULL,
    digest     BYTEA NOT NULL,
    bytes      BIGINT NOT NULL,
    received   BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (terminal, digest)
);
CREATE INDEX files_by_touch ON files (touched_at);

CREATE TABLE file_chunks (
    terminal TEXT NOT NULL,
    digest   BYTEA NOT NULL,
    chunk    BIGINT NOT NULL,
    body     BYTEA NOT NULL,
    PRIMARY KEY (terminal, digest, chunk)
);
-- Sealed bytes do not compress.
ALTER TABLE file_chunks ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE case_files (
    case_id  BYTEA NOT NULL,
    digest   BYTEA NOT NULL,
    terminal TEXT NOT NULL,
    material TEXT NOT NULL,
    media    TEXT NOT NULL,
    suite    TEXT NOT NULL,
    PRIMARY KEY (case_id, digest)
);
CREATE INDEX case_files_by_file ON case_files (terminal, digest);
