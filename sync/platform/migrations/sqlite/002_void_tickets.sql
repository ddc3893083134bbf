-- A revocation voids the tickets given before it.
ALTER TABLE tickets ADD COLUMN voided_at INTEGER;
