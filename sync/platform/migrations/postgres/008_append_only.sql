-- What was kept stays as it was: rows of these tables are only added. (`README.md` names the tables that change by design.)

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

-- By row, so that a partition refuses too when it is named itself; TRUNCATE has no rows.
CREATE FUNCTION keep_append_only(name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
END $$;

SELECT keep_append_only(name::regclass) FROM unnest(ARRAY[
    'items', 'quarantine', 'alarms', 'cases', 'case_steps', 'case_changes', 'case_files', 'ratings', 'accesses',
    'pages', 'journals', 'heads', 'packages', 'catalogues', 'metadata', 'target_files'
]) AS name;

-- Numbers by sequences: tables that are partitioned have no identity columns before version 17.
ALTER TABLE alarms ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE alarms_n;
SELECT setval('alarms_n', coalesce(max(id), 0) + 1, false) FROM alarms;
ALTER TABLE alarms ALTER COLUMN id SET DEFAULT nextval('alarms_n');
ALTER TABLE accesses ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE accesses_n;
SELECT setval('accesses_n', coalesce(max(id), 0) + 1, false) FROM accesses;
ALTER TABLE accesses ALTER COLUMN id SET DEFAULT nextval('accesses_n');
