-- Accounts are filtered by their data region.
ALTER TABLE accounts ADD COLUMN region TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_by_region ON accounts(region, created_at, id);
