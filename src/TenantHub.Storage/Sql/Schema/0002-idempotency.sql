-- Keys of callers are kept as hashes: they may name people, and all that is ever asked is whether one is there.
CREATE TABLE idempotency(
    account_id TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    answer BYTES,
    PRIMARY KEY(account_id, key_hash));
CREATE INDEX idempotency_by_age ON idempotency(created_at);
