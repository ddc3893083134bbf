-- What was set from afar and is in force, by the name of its target.
CREATE TABLE configurations (
    name    TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    file    TEXT    NOT NULL -- as it was published
) STRICT, WITHOUT ROWID;
