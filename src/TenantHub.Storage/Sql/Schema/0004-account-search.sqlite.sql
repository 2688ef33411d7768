-- What the text search looks at, in lower case, beside the order of the usual list. A search reads that index; PostgreSQL has another one
-- for it where the extension may be installed (it is "trusted": the database's owner may).
ALTER TABLE accounts ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE accounts SET search = substr(lower(concat_ws(char(10), id, CAST(description AS TEXT) ->> 'acc_account_id', origin_owner_id,
    CAST(description AS TEXT) ->> 'label', CAST(description AS TEXT) ->> 'origin_owner_name')), 1, 600);
DROP INDEX accounts_linked;
CREATE INDEX accounts_linked ON accounts(created_at, id, search) WHERE status <> 'unlinked';
