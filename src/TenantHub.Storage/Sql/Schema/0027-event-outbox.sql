-- Deliveries are rows until they are made (docs/adr/0026), instead of grain states that the list was derived from. A row without content
-- belongs to a grain of before, or was delivered. Content is the event, sealed; feed_of and sequence are the place of an event of Autodesk's.
ALTER TABLE event_deliveries ADD COLUMN due_at TEXT;
ALTER TABLE event_deliveries ADD COLUMN content BYTES;
ALTER TABLE event_deliveries ADD COLUMN feed_of TEXT;
ALTER TABLE event_deliveries ADD COLUMN sequence BIGINT;
CREATE INDEX event_deliveries_due ON event_deliveries(endpoint_id, due_at, event_id) WHERE due_at IS NOT NULL;
CREATE INDEX event_deliveries_of_feed ON event_deliveries(feed_of, sequence) WHERE feed_of IS NOT NULL;
