-- What terminals may trust, as it was signed (`kiosk_protocol::trust`), and when to sign the newest of a role anew.
CREATE TABLE metadata (
    role     TEXT NOT NULL,
    version  BIGINT NOT NULL,
    envelope TEXT NOT NULL,
    renew_at BIGINT NOT NULL,
    PRIMARY KEY (role, version)
);

-- The files they name, byte for byte.
CREATE TABLE target_files (
    name    TEXT NOT NULL,
    version BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (name, version)
);
