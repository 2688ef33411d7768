-- The list of event deliveries.
CREATE TABLE event_deliveries(
    endpoint_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    status TEXT NOT NULL,
    description BYTES NOT NULL,
    PRIMARY KEY(endpoint_id, event_id));
CREATE INDEX event_deliveries_by_status ON event_deliveries(endpoint_id, status, happened_at, event_id);
