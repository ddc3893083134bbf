-- What each terminal last said of the configuration in force there (JSON). What is meant for it stands in `target_files`.
CREATE TABLE configuration_reports (
    terminal    TEXT NOT NULL PRIMARY KEY,
    report      TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
