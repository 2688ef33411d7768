-- Calls that an operator has recorded with their bodies, for a day (ICallRecordings). The bodies are customers' data, and sealed.
CREATE TABLE recorded_calls(
    account_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    origin_owner_id TEXT,
    profile_id TEXT,
    action_id TEXT NOT NULL,
    started_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    content BYTES NOT NULL,
    PRIMARY KEY(account_id, call_id));
CREATE INDEX recorded_calls_by_age ON recorded_calls(started_at);
