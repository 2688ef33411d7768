-- Autodesk's callbacks as they came, until they are judged (IAutodeskEventStore). Headers and body are customers' data, and sealed.
CREATE TABLE autodesk_callbacks(
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    hook TEXT NOT NULL,
    received_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    content BYTES NOT NULL);
CREATE INDEX autodesk_callbacks_of_account ON autodesk_callbacks(account_id, received_at, id);
CREATE INDEX autodesk_callbacks_due ON autodesk_callbacks(due_at, account_id);
-- The events of each account in the order of its feed.
CREATE TABLE autodesk_events(
    account_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    change TEXT NOT NULL,
    received_at TEXT NOT NULL,
    content BYTES NOT NULL,
    PRIMARY KEY(account_id, sequence));
CREATE UNIQUE INDEX autodesk_events_once ON autodesk_events(account_id, fingerprint);
CREATE INDEX autodesk_events_by_change ON autodesk_events(account_id, change);
CREATE INDEX autodesk_events_by_age ON autodesk_events(received_at);
-- How far each account's feed goes, and up to where its events were handed over for delivery.
CREATE TABLE autodesk_feeds(
    account_id TEXT NOT NULL PRIMARY KEY,
    last_sequence BIGINT NOT NULL,
    handed_over BIGINT NOT NULL);
CREATE INDEX autodesk_feeds_behind ON autodesk_feeds(account_id) WHERE handed_over < last_sequence;
