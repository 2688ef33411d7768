-- What the text search looks at, in lower case, beside the order of the usual list. A search reads that index; PostgreSQL has another one
-- for it where the extension may be installed (it is "trusted": the database's owner may).
ALTER TABLE accounts ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE accounts SET search = substr(lower(concat_ws(chr(10), id, convert_from(description, 'UTF8')::json ->> 'acc_account_id', origin_owner_id,
    convert_from(description, 'UTF8')::json ->> 'label', convert_from(description, 'UTF8')::json ->> 'origin_owner_name')), 1, 600);
DROP INDEX accounts_linked;
CREATE INDEX accounts_linked ON accounts(created_at, id) INCLUDE (search) WHERE status <> 'unlinked';
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX accounts_by_text ON accounts USING gin(search gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE WARNING 'The extension pg_trgm cannot be installed (%). Searching accounts works without it, only slower.', SQLERRM;
END
$$;
