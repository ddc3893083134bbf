-- Digest of the terminal's public key: any certificate of ours for it counts. Terminals enrolled before have none until
-- their first renewal; of them the one certificate counts.
ALTER TABLE terminals ADD COLUMN key_digest BLOB;
