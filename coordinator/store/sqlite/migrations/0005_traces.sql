-- By what a submission is followed through logs: 16 bytes, zero when it is older than this.

ALTER TABLE job ADD COLUMN trace BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
