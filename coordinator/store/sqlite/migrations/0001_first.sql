-- The first schema.
--
-- Ids are 16 bytes, digests 32, times milliseconds since 1970 (UTC), credits micro-credits, unsigned
-- 64-bit numbers the signed ones with the same bits. Foreign keys are checked at commit, so that a
-- transaction may write its rows in any order. A script that has been released is never changed;
-- what comes later is a new script.

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    token_hash BLOB NOT NULL UNIQUE,
    revoked INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE worker (
    id BLOB PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enrolment TEXT NOT NULL,
    enrolled INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0  -- Attempts accepted, kept by a trigger.
) WITHOUT ROWID;

CREATE TABLE invite (
    token_hash BLOB PRIMARY KEY,
    expires INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE request (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL REFERENCES account(id) DEFERRABLE INITIALLY DEFERRED,
    idempotency_key TEXT,
    request_hash BLOB NOT NULL,
    submitted INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX request_by_key ON request(account, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE job (
    row INTEGER PRIMARY KEY,  -- The order of insertion.
    id BLOB NOT NULL UNIQUE,
    request BLOB NOT NULL REFERENCES request(id) DEFERRABLE INITIALLY DEFERRED,
    account BLOB NOT NULL REFERENCES account(id) DEFERRABLE INITIALLY DEFERRED,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    negative_prompt TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    guidance REAL NOT NULL,
    sampler TEXT NOT NULL,
    schedule TEXT NOT NULL,
    seed INTEGER NOT NULL,
    private INTEGER NOT NULL,
    model_digest TEXT NOT NULL,
    prompt_salt BLOB NOT NULL,
    price INTEGER NOT NULL,
    submitted INTEGER NOT NULL,
    state INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    holder BLOB NOT NULL,  -- Zero: nobody.
    failed_on BLOB NOT NULL,  -- Worker ids, one after the other.
    failure TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    picture_sha256 BLOB NOT NULL,
    picture_size INTEGER NOT NULL,
    bundle TEXT NOT NULL
);
CREATE INDEX job_by_request ON job(request);
CREATE INDEX job_by_account ON job(account);
CREATE INDEX job_open ON job(row) WHERE state < 3;

-- How many jobs are in each state, so that nobody counts a million rows.
CREATE TABLE job_count (state INTEGER PRIMARY KEY, jobs INTEGER NOT NULL);
INSERT INTO job_count VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0);
CREATE TRIGGER job_added AFTER INSERT ON job BEGIN
    UPDATE job_count SET jobs = jobs + 1 WHERE state = new.state;
END;
CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN new.state <> old.state BEGIN
    UPDATE job_count SET jobs = jobs - 1 WHERE state = old.state;
    UPDATE job_count SET jobs = jobs + 1 WHERE state = new.state;
END;

CREATE TABLE attempt (
    job BLOB NOT NULL REFERENCES job(id) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    worker BLOB NOT NULL REFERENCES worker(id) DEFERRABLE INITIALLY DEFERRED,
    offer_sha256 BLOB NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TRIGGER attempt_added AFTER INSERT ON attempt WHEN new.outcome = 'accepted' BEGIN
    UPDATE worker SET accepted = accepted + 1 WHERE id = new.worker;
END;
CREATE TRIGGER attempt_ended AFTER UPDATE OF outcome ON attempt
    WHEN (new.outcome = 'accepted') <> (old.outcome = 'accepted') BEGIN
    UPDATE worker SET accepted = accepted + iif(new.outcome = 'accepted', 1, -1)
        WHERE id = new.worker;
END;

CREATE TABLE accepted_statement (
    sha256 BLOB PRIMARY KEY,
    job BLOB NOT NULL REFERENCES job(id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

CREATE TABLE model (
    name TEXT PRIMARY KEY,
    manifest_json TEXT NOT NULL,
    digest TEXT NOT NULL,
    preview_matrix BLOB NOT NULL,  -- fp32, little-endian.
    preview_bias BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE posting (
    row INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (kind, reference)
);
CREATE TABLE ledger_entry (
    posting INTEGER NOT NULL REFERENCES posting(row),
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    micro INTEGER NOT NULL,
    PRIMARY KEY (posting, line)
) WITHOUT ROWID;
-- The sum of each account's entries.
CREATE TABLE ledger_balance (account TEXT PRIMARY KEY, micro INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER entry_added AFTER INSERT ON ledger_entry BEGIN
    INSERT INTO ledger_balance VALUES (new.account, new.micro)
        ON CONFLICT (account) DO UPDATE SET micro = micro + excluded.micro;
END;

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
