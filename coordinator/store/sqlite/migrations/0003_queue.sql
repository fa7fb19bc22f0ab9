-- What a queue is asked for: when a job may start, how long it may wait, its place among its
-- account's own, why a worker was chosen; and what an operator allows an account.

-- Until now every job could start at once and was given up after a day.
ALTER TABLE job ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
UPDATE job SET start = submitted, expires = submitted + 86400000;
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN requeued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;

ALTER TABLE attempt ADD COLUMN choice TEXT NOT NULL DEFAULT '';

ALTER TABLE account ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN max_open_jobs INTEGER NOT NULL DEFAULT 0;  -- 0: the pool's limit.
