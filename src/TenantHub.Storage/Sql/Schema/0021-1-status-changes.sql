-- The accounts whose status changed last are asked for by the console's overview, every two seconds while somebody looks.
ALTER TABLE accounts ADD COLUMN status_since TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_by_change ON accounts(status_since, id);
-- A claim is of an Autodesk account under a client id; whether its owner links it is looked up by both.
ALTER TABLE accounts ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
