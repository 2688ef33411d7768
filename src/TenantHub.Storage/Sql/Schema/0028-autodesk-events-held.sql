-- The events of a suspended account stay in its feed: until when nobody needs to look whether they can be handed over.
ALTER TABLE autodesk_feeds ADD COLUMN held_until TEXT;
