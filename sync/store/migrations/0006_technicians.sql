-- Who may open the technician's screens.
CREATE TABLE technicians (
    card  TEXT NOT NULL PRIMARY KEY, -- the serial the card gives
    name  TEXT NOT NULL,
    key   TEXT NOT NULL,             -- what the card proves itself with: an SM2 point, hexadecimal
    pin   TEXT NOT NULL,             -- salted slow hash of the PIN, as a PHC string
    until TEXT NOT NULL              -- last day, YYYY-MM-DD
) STRICT, WITHOUT ROWID;

-- Tries of a PIN since the last right one, whatever the card: one row.
CREATE TABLE technician_tries (
    only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1),
    tries    INTEGER NOT NULL CHECK (tries >= 0)
) STRICT;
INSERT INTO technician_tries (only_one, tries) VALUES (1, 0);
