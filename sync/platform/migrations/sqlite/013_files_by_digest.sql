-- Led by the digest, so that the files of one case are looked for by the case, not by its terminal.
DROP INDEX case_files_by_file;
CREATE INDEX case_files_by_file ON case_files (digest, terminal);
