-- A key may be bound to connector profiles, so accounts are listed by them; '' stands for none.
ALTER TABLE accounts ADD COLUMN profile_id TEXT NOT NULL DEFAULT '';
UPDATE accounts SET profile_id = coalesce(CAST(description AS TEXT) ->> 'profile_id', '');
CREATE INDEX accounts_by_profile ON accounts(profile_id, created_at, id);
