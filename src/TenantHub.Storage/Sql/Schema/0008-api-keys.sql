-- API keys by hash; lists of what they are bound to as JSON, because they are only ever read whole.
CREATE TABLE api_keys(
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    origin_owner_ids TEXT NOT NULL,
    profile_ids TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT);
CREATE INDEX api_keys_by_age ON api_keys(created_at, id);
