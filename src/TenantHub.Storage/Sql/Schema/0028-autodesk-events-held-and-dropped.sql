-- The events of a suspended account stay in its feed: until when nobody needs to look whether they can be handed over.
ALTER TABLE autodesk_feeds ADD COLUMN held_until TEXT;
-- Payloads stand beside the rest of their events, sealed too, so that they can be dropped when they are delivered. Null is dropped, or of a row
-- from before, whose content holds it.
ALTER TABLE autodesk_events ADD COLUMN payload BYTES;
