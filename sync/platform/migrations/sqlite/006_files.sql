-- Files of cases: sealed bytes in chunks, kept with their effects in one transaction. Once a file is whole, nothing of it
-- changes.
CREATE TABLE files (
    terminal   TEXT NOT NULL,
    digest     BLOB NOT NULL,
    bytes      INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (terminal, digest)
) WITHOUT ROWID;
CREATE INDEX files_by_touch ON files (touched_at);

CREATE TABLE file_chunks (
    terminal TEXT NOT NULL,
    digest   BLOB NOT NULL,
    chunk    INTEGER NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (terminal, digest, chunk)
);

-- Which files a case needs.
CREATE TABLE case_files (
    case_id  BLOB NOT NULL,
    digest   BLOB NOT NULL,
    terminal TEXT NOT NULL,
    material TEXT NOT NULL,
    media    TEXT NOT NULL,
    suite    TEXT NOT NULL,
    PRIMARY KEY (case_id, digest)
) WITHOUT ROWID;
CREATE INDEX case_files_by_file ON case_files (terminal, digest);
