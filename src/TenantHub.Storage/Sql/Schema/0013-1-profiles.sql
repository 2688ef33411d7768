-- An owner's accounts are found by the Autodesk account behind them; profiles are listed.
ALTER TABLE accounts ADD COLUMN acc_account_id TEXT NOT NULL DEFAULT '';
CREATE TABLE profiles(
    id TEXT NOT NULL PRIMARY KEY,
    created_at TEXT NOT NULL,
    revision BIGINT NOT NULL,
    description BYTES NOT NULL);
CREATE INDEX profiles_by_age ON profiles(created_at, id);
