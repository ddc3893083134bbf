-- What was kept stays as it was: rows of these tables are only added. (`README.md` names the tables that change by design.)

CREATE TRIGGER items_no_update BEFORE UPDATE ON items BEGIN SELECT raise(ABORT, 'items is append-only'); END;
CREATE TRIGGER items_no_delete BEFORE DELETE ON items BEGIN SELECT raise(ABORT, 'items is append-only'); END;

CREATE TRIGGER quarantine_no_update BEFORE UPDATE ON quarantine BEGIN SELECT raise(ABORT, 'quarantine is append-only'); END;
CREATE TRIGGER quarantine_no_delete BEFORE DELETE ON quarantine BEGIN SELECT raise(ABORT, 'quarantine is append-only'); END;

CREATE TRIGGER alarms_no_update BEFORE UPDATE ON alarms BEGIN SELECT raise(ABORT, 'alarms is append-only'); END;
CREATE TRIGGER alarms_no_delete BEFORE DELETE ON alarms BEGIN SELECT raise(ABORT, 'alarms is append-only'); END;

CREATE TRIGGER cases_no_update BEFORE UPDATE ON cases BEGIN SELECT raise(ABORT, 'cases is append-only'); END;
CREATE TRIGGER cases_no_delete BEFORE DELETE ON cases BEGIN SELECT raise(ABORT, 'cases is append-only'); END;

CREATE TRIGGER case_steps_no_update BEFORE UPDATE ON case_steps BEGIN SELECT raise(ABORT, 'case_steps is append-only'); END;
CREATE TRIGGER case_steps_no_delete BEFORE DELETE ON case_steps BEGIN SELECT raise(ABORT, 'case_steps is append-only'); END;

CREATE TRIGGER case_changes_no_update BEFORE UPDATE ON case_changes BEGIN SELECT raise(ABORT, 'case_changes is append-only'); END;
CREATE TRIGGER case_changes_no_delete BEFORE DELETE ON case_changes BEGIN SELECT raise(ABORT, 'case_changes is append-only'); END;

CREATE TRIGGER case_files_no_update BEFORE UPDATE ON case_files BEGIN SELECT raise(ABORT, 'case_files is append-only'); END;
CREATE TRIGGER case_files_no_delete BEFORE DELETE ON case_files BEGIN SELECT raise(ABORT, 'case_files is append-only'); END;

CREATE TRIGGER ratings_no_update BEFORE UPDATE ON ratings BEGIN SELECT raise(ABORT, 'ratings is append-only'); END;
CREATE TRIGGER ratings_no_delete BEFORE DELETE ON ratings BEGIN SELECT raise(ABORT, 'ratings is append-only'); END;

CREATE TRIGGER accesses_no_update BEFORE UPDATE ON accesses BEGIN SELECT raise(ABORT, 'accesses is append-only'); END;
CREATE TRIGGER accesses_no_delete BEFORE DELETE ON accesses BEGIN SELECT raise(ABORT, 'accesses is append-only'); END;

CREATE TRIGGER pages_no_update BEFORE UPDATE ON pages BEGIN SELECT raise(ABORT, 'pages is append-only'); END;
CREATE TRIGGER pages_no_delete BEFORE DELETE ON pages BEGIN SELECT raise(ABORT, 'pages is append-only'); END;

CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals BEGIN SELECT raise(ABORT, 'journals is append-only'); END;
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals BEGIN SELECT raise(ABORT, 'journals is append-only'); END;

CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads BEGIN SELECT raise(ABORT, 'heads is append-only'); END;
CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads BEGIN SELECT raise(ABORT, 'heads is append-only'); END;

CREATE TRIGGER packages_no_update BEFORE UPDATE ON packages BEGIN SELECT raise(ABORT, 'packages is append-only'); END;
CREATE TRIGGER packages_no_delete BEFORE DELETE ON packages BEGIN SELECT raise(ABORT, 'packages is append-only'); END;

CREATE TRIGGER catalogues_no_update BEFORE UPDATE ON catalogues BEGIN SELECT raise(ABORT, 'catalogues is append-only'); END;
CREATE TRIGGER catalogues_no_delete BEFORE DELETE ON catalogues BEGIN SELECT raise(ABORT, 'catalogues is append-only'); END;

CREATE TRIGGER metadata_no_update BEFORE UPDATE ON metadata BEGIN SELECT raise(ABORT, 'metadata is append-only'); END;
CREATE TRIGGER metadata_no_delete BEFORE DELETE ON metadata BEGIN SELECT raise(ABORT, 'metadata is append-only'); END;

CREATE TRIGGER target_files_no_update BEFORE UPDATE ON target_files BEGIN SELECT raise(ABORT, 'target_files is append-only'); END;
CREATE TRIGGER target_files_no_delete BEFORE DELETE ON target_files BEGIN SELECT raise(ABORT, 'target_files is append-only'); END;
