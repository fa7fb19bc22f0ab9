-- Pictures that begin with another one: what creators uploaded, and what jobs do with it.

-- All four null: the job begins with noise. A null mask alone: the whole picture is painted anew.
ALTER TABLE job ADD COLUMN original_picture BLOB;
ALTER TABLE job ADD COLUMN original_mask BLOB;
ALTER TABLE job ADD COLUMN original_strength REAL;
ALTER TABLE job ADD COLUMN original_rule TEXT;

CREATE TABLE input (
    account BLOB NOT NULL REFERENCES account(id) DEFERRABLE INITIALLY DEFERRED,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    kept_from INTEGER NOT NULL,
    PRIMARY KEY (account, sha256)
) WITHOUT ROWID;
CREATE INDEX input_of_account_by_age ON input(account, kept_from, sha256);
CREATE INDEX input_by_age ON input(kept_from, sha256, account);
