-- Every key of what grows leads with the terminal, so that these tables can be partitioned by it. Ids and numbers of cases
-- are unique everywhere, which `cases` says: a short row a case, and not partitioned.
ALTER TABLE alarms DROP CONSTRAINT alarms_pkey, ADD PRIMARY KEY (terminal, id);
ALTER TABLE accesses DROP CONSTRAINT accesses_pkey, ADD PRIMARY KEY (terminal, id);
ALTER TABLE case_steps DROP CONSTRAINT case_steps_pkey, ADD PRIMARY KEY (terminal, case_id, step);
ALTER TABLE case_files DROP CONSTRAINT case_files_pkey, ADD PRIMARY KEY (terminal, case_id, digest);
ALTER TABLE case_changes DROP CONSTRAINT case_changes_case_id_step_key, ADD UNIQUE (terminal, case_id, step);
ALTER TABLE commands DROP CONSTRAINT commands_id_key, ADD UNIQUE (terminal, id);

-- Makes so many partitions of each, with all rows, keys and triggers. For operators: no server runs meanwhile.
CREATE FUNCTION partition_by_terminal(partitions integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    is_append_only boolean;
BEGIN
    CREATE SCHEMA unpartitioned;
    FOREACH name IN ARRAY ARRAY['items', 'quarantine', 'alarms', 'case_steps', 'case_changes', 'case_files', 'ratings',
        'accesses', 'heads', 'commands', 'files', 'file_chunks']
    LOOP
        is_append_only := EXISTS
            (SELECT FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = 'append_only');
        EXECUTE format('ALTER TABLE %I SET SCHEMA unpartitioned', name);
        EXECUTE format('CREATE TABLE %1$I (LIKE unpartitioned.%1$I INCLUDING ALL) PARTITION BY HASH (terminal)', name);
        FOR n IN 0 .. partitions - 1 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                name || '_' || n, name, partitions, n);
        END LOOP;
        EXECUTE format('INSERT INTO %1$I SELECT * FROM unpartitioned.%1$I', name);
        CONTINUE WHEN NOT is_append_only;
        PERFORM keep_append_only(name::regclass);
        FOR n IN 0 .. partitions - 1 LOOP
            EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_' || n);
        END LOOP;
    END LOOP;
    DROP SCHEMA unpartitioned CASCADE;
END $$;
