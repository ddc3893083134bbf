-- Sealed pages by their own number: the digest of the file, and the signed facts (`pages::seal::Facts`). The file
-- itself is not kept.
CREATE TABLE pages (
    number TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    signed TEXT NOT NULL
) WITHOUT ROWID;
