-- What a pool lets go of after some time, by its operator's policy: pictures, and what was asked for.

ALTER TABLE job ADD COLUMN ended INTEGER;            -- Null: it has not.
ALTER TABLE job ADD COLUMN picture_removed INTEGER;  -- When; null: it was not.
ALTER TABLE job ADD COLUMN body_removed INTEGER;     -- The same, of prompts.
UPDATE job SET ended = COALESCE((SELECT MAX(a.ended) FROM attempt a WHERE a.job = job.id), submitted)
    WHERE state >= 3;
CREATE INDEX job_picture_by_end ON job(ended) WHERE state = 3 AND picture_removed IS NULL;
CREATE INDEX job_body_by_end ON job(ended) WHERE ended IS NOT NULL AND body_removed IS NULL;
-- Equal jobs have equal pictures, which is one blob.
CREATE INDEX job_by_picture ON job(picture_sha256) WHERE state = 3 AND picture_removed IS NULL;

-- Blobs that no job has any more. The row is written with the removal of the last picture, and the
-- file is removed after that commit; `removed` is null until somebody has seen to it.
CREATE TABLE doomed_blob (sha256 BLOB PRIMARY KEY, removed INTEGER) WITHOUT ROWID;
CREATE INDEX doomed_blob_left ON doomed_blob(sha256) WHERE removed IS NULL;
CREATE INDEX doomed_blob_by_age ON doomed_blob(removed) WHERE removed IS NOT NULL;
