-- Uploads (IUploadLedger): the list, and the parts of those that run.
CREATE TABLE uploads(
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    description BYTES NOT NULL,
    PRIMARY KEY(account_id, id));
CREATE INDEX uploads_of_account ON uploads(account_id, created_at, id);
CREATE INDEX uploads_by_age ON uploads(created_at);
CREATE TABLE upload_parts(
    upload_key TEXT NOT NULL,
    number BIGINT NOT NULL,
    size BIGINT NOT NULL,
    md5 TEXT NOT NULL,
    tries BIGINT NOT NULL,
    stored_at TEXT NOT NULL,
    PRIMARY KEY(upload_key, number));
CREATE INDEX upload_parts_by_age ON upload_parts(stored_at);
