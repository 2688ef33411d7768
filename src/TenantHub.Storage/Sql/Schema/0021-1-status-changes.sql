-- The accounts whose status changed last are asked for by the console's overview, every two seconds while somebody looks.
ALTER TABLE accounts ADD COLUMN status_since TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_by_change ON accounts(status_since, id);
