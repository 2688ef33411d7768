-- Orleans asks for reminders by a range of its hash. The key ring is sealed before it comes here (docs/adr/0009).
CREATE TABLE reminders(
    grain_id TEXT NOT NULL,
    name TEXT NOT NULL,
    grain_hash BIGINT NOT NULL,
    start_at TEXT NOT NULL,
    period_ms BIGINT NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY(grain_id, name));
CREATE INDEX reminders_by_hash ON reminders(grain_hash);
CREATE TABLE data_protection_keys(
    name TEXT NOT NULL PRIMARY KEY,
    xml TEXT NOT NULL);
