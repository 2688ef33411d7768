-- The call log. Ids begin with the time, so they are order, span of time and age at once.
CREATE TABLE call_log(
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    origin_owner_id TEXT,
    profile_id TEXT,
    caller_id TEXT,
    trace_id TEXT,
    action_id TEXT NOT NULL,
    part_of TEXT,
    product TEXT,
    method TEXT,
    outcome TEXT NOT NULL,
    provider_status BIGINT,
    duration_us BIGINT NOT NULL,
    record BYTES NOT NULL);
CREATE INDEX call_log_by_account ON call_log(account_id, id);
CREATE INDEX call_log_by_owner ON call_log(origin_owner_id, id);
