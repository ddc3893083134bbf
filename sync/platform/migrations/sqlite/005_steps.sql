-- Steps are kept for ever, and a consumer remembers per terminal how far they were told; nothing is queued and
-- deleted. A case's state is its last step that is due.
CREATE TABLE case_steps (
    case_id  BLOB NOT NULL,
    step     INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    state    TEXT NOT NULL,
    due_at   INTEGER NOT NULL,
    PRIMARY KEY (case_id, step)
) WITHOUT ROWID;
CREATE INDEX case_steps_by_terminal ON case_steps (terminal, due_at);

CREATE TABLE consumers (
    terminal TEXT PRIMARY KEY,
    due_at   INTEGER NOT NULL
) WITHOUT ROWID;

-- Which step a change told: 0 is the receipt.
ALTER TABLE case_changes ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
CREATE INDEX case_changes_by_case ON case_changes (case_id, n);
UPDATE case_changes SET step =
    (SELECT count(*) FROM case_changes e WHERE e.case_id = case_changes.case_id AND e.n < case_changes.n);
DROP INDEX case_changes_by_case;
CREATE UNIQUE INDEX case_changes_once ON case_changes (case_id, step);

INSERT INTO case_steps (case_id, step, terminal, state, due_at)
SELECT case_id, step, terminal, state, at FROM case_changes WHERE step > 0;
INSERT INTO case_steps (case_id, step, terminal, state, due_at)
SELECT d.case_id, d.step + 1, c.terminal, d.state, d.due_at FROM due_steps d JOIN cases c USING (case_id);

DROP TABLE due_steps;
ALTER TABLE cases DROP COLUMN state;
ALTER TABLE cases DROP COLUMN changed_at;
DROP INDEX cases_by_receipt;
CREATE UNIQUE INDEX cases_by_item ON cases (terminal, epoch, seq);
