-- What belongs to which account (IAccountHoldings). The index holdings_single makes one account the holder of a bucket or webhook.
CREATE TABLE holdings(
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    thing TEXT NOT NULL,
    account_id TEXT NOT NULL,
    expires_at TEXT,
    PRIMARY KEY(client_id, kind, thing, account_id));
CREATE UNIQUE INDEX holdings_single ON holdings(client_id, kind, thing) WHERE kind IN ('bucket', 'webhook');
CREATE INDEX holdings_by_account ON holdings(account_id);
CREATE INDEX holdings_by_expiry ON holdings(expires_at) WHERE expires_at IS NOT NULL;
