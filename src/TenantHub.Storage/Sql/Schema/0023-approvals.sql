-- Calls that wait for a person. The call itself is customers' data, and sealed.
CREATE TABLE approvals(
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    caller_id TEXT NOT NULL,
    client TEXT,
    fingerprint TEXT NOT NULL,
    call BYTES NOT NULL,
    requested_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status TEXT NOT NULL,
    decided_by TEXT,
    decided_at TEXT);
CREATE INDEX approvals_by_call ON approvals(account_id, fingerprint, requested_at);
CREATE INDEX approvals_by_age ON approvals(requested_at);
