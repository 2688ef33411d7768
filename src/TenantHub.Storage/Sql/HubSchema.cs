namespace TenantHub.Storage.Sql;

/// <summary>
/// The hub's own tables, in steps: a database remembers how many it has taken and takes the missing ones when the hub starts. A step that
/// was released is never changed. New steps go to the end, for both databases at once.
/// </summary>
internal static class HubSchema
{
    /// <summary>The present instant as text that sorts, inside a statement that is itself a string.</summary>
    private const string QuotedNow = """to_char(now() AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"0Z"'')""";

    public static readonly IReadOnlyList<SchemaStep> Steps =
    [
        // Version 1. The directory's indexes end in created_at and id, so a page comes out of the index in its order. Unlinked accounts are
        // kept but seldom asked for: the usual list has an index without them.
        SchemaStep.ForBoth("""
            CREATE TABLE grain_state(
                state_name TEXT NOT NULL,
                grain_id TEXT NOT NULL,
                version BIGINT NOT NULL,
                payload BYTES,
                modified_at TEXT NOT NULL,
                PRIMARY KEY(state_name, grain_id));
            CREATE TABLE accounts(
                id TEXT NOT NULL PRIMARY KEY,
                origin_owner_id TEXT NOT NULL,
                status TEXT NOT NULL,
                created_at TEXT NOT NULL,
                revision BIGINT NOT NULL,
                description BYTES NOT NULL);
            CREATE INDEX accounts_linked ON accounts(created_at, id) WHERE status <> 'unlinked';
            CREATE INDEX accounts_by_owner ON accounts(origin_owner_id, created_at, id);
            CREATE INDEX accounts_by_status ON accounts(status, created_at, id);
            """),

        // Version 2. Keys of callers are kept as hashes: they may name people, and all that is ever asked is whether one is there.
        SchemaStep.ForBoth("""
            CREATE TABLE idempotency(
                account_id TEXT NOT NULL,
                key_hash TEXT NOT NULL,
                payload_hash TEXT NOT NULL,
                created_at TEXT NOT NULL,
                answer BYTES,
                PRIMARY KEY(account_id, key_hash));
            CREATE INDEX idempotency_by_age ON idempotency(created_at);
            """),

        // Version 3. Orleans asks for reminders by a range of its hash. The key ring is sealed before it comes here (docs/adr/0009).
        SchemaStep.ForBoth("""
            CREATE TABLE reminders(
                grain_id TEXT NOT NULL,
                name TEXT NOT NULL,
                grain_hash BIGINT NOT NULL,
                start_at TEXT NOT NULL,
                period_ms BIGINT NOT NULL,
                etag TEXT NOT NULL,
                PRIMARY KEY(grain_id, name));
            CREATE INDEX reminders_by_hash ON reminders(grain_hash);
            CREATE TABLE data_protection_keys(
                name TEXT NOT NULL PRIMARY KEY,
                xml TEXT NOT NULL);
            """),

        // Version 4. What the text search looks at, in lower case, beside the order of the usual list. A search reads that index; PostgreSQL has
        // another one for it where the extension may be installed (it is "trusted": the database's owner may).
        new SchemaStep(
            """
            ALTER TABLE accounts ADD COLUMN search TEXT NOT NULL DEFAULT '';
            UPDATE accounts SET search = substr(lower(concat_ws(char(10), id, CAST(description AS TEXT) ->> 'acc_account_id', origin_owner_id,
                CAST(description AS TEXT) ->> 'label', CAST(description AS TEXT) ->> 'origin_owner_name')), 1, 600);
            DROP INDEX accounts_linked;
            CREATE INDEX accounts_linked ON accounts(created_at, id, search) WHERE status <> 'unlinked';
            """,
            """
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
            """),

        // Version 5. Orleans' tables of silos, from its own scripts (Postgres/Orleans/README.md). An embedded hub is alone.
        new SchemaStep("", Script("PostgreSQL-Main.sql") + Script("PostgreSQL-Clustering.sql")),

        // Version 6. Who may send under a key, when more than one hub has come to think so.
        SchemaStep.ForBoth("""
            ALTER TABLE idempotency ADD COLUMN sending_at TEXT NOT NULL DEFAULT '';
            UPDATE idempotency SET sending_at = created_at;
            """),

        // Version 7. What belongs to which account (IAccountHoldings). The index holdings_single makes one account the holder of a bucket or webhook.
        SchemaStep.ForBoth("""
            CREATE TABLE holdings(
                client_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                thing TEXT NOT NULL,
                account_id TEXT NOT NULL,
                expires_at TEXT,
                PRIMARY KEY(client_id, kind, thing, account_id));
            CREATE UNIQUE INDEX holdings_single ON holdings(client_id, kind, thing) WHERE kind IN ('bucket', 'webhook');
            CREATE INDEX holdings_by_account ON holdings(account_id);
            CREATE INDEX holdings_by_expiry ON holdings(expires_at) WHERE expires_at IS NOT NULL;
            """),

        // Version 8. API keys by hash; lists of what they are bound to as JSON, because they are only ever read whole.
        SchemaStep.ForBoth("""
            CREATE TABLE api_keys(
                id TEXT NOT NULL PRIMARY KEY,
                hash TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                role TEXT NOT NULL,
                origin_owner_ids TEXT NOT NULL,
                profile_ids TEXT NOT NULL,
                created_at TEXT NOT NULL,
                created_by TEXT NOT NULL,
                expires_at TEXT,
                last_used_at TEXT,
                revoked_at TEXT);
            CREATE INDEX api_keys_by_age ON api_keys(created_at, id);
            """),

        // Version 9. A key may be bound to connector profiles, so accounts are listed by them; '' stands for none.
        new SchemaStep(
            """
            ALTER TABLE accounts ADD COLUMN profile_id TEXT NOT NULL DEFAULT '';
            UPDATE accounts SET profile_id = coalesce(CAST(description AS TEXT) ->> 'profile_id', '');
            CREATE INDEX accounts_by_profile ON accounts(profile_id, created_at, id);
            """,
            """
            ALTER TABLE accounts ADD COLUMN profile_id TEXT COLLATE "C" NOT NULL DEFAULT '';
            UPDATE accounts SET profile_id = coalesce(convert_from(description, 'UTF8')::json ->> 'profile_id', '');
            CREATE INDEX accounts_by_profile ON accounts(profile_id, created_at, id);
            """),

        // Version 10. The audit (docs/adr/0011). The head is the one row at which all writers queue.
        SchemaStep.ForBoth($"""
            CREATE TABLE audit(
                sequence BIGINT NOT NULL PRIMARY KEY,
                at TEXT NOT NULL,
                intent_sequence BIGINT UNIQUE,
                actor TEXT NOT NULL,
                actor_name TEXT NOT NULL,
                address TEXT NOT NULL,
                action TEXT NOT NULL,
                target TEXT NOT NULL,
                outcome TEXT NOT NULL,
                hash TEXT NOT NULL);
            CREATE INDEX audit_by_actor ON audit(actor, sequence);
            CREATE INDEX audit_by_target ON audit(target, sequence);
            CREATE INDEX audit_by_time ON audit(at);
            CREATE TABLE audit_head(sequence BIGINT NOT NULL, hash TEXT NOT NULL);
            INSERT INTO audit_head VALUES(0, '{AuditHash.Start}');
            """),

        // Version 11. The call log. Ids begin with the time, so they are order, span of time and age at once.
        SchemaStep.ForBoth("""
            CREATE TABLE call_log(
                id TEXT NOT NULL PRIMARY KEY,
                account_id TEXT NOT NULL,
                origin_owner_id TEXT,
                profile_id TEXT,
                caller_id TEXT,
                trace_id TEXT,
                action_id TEXT NOT NULL,
                part_of TEXT,
                product TEXT,
                method TEXT,
                outcome TEXT NOT NULL,
                provider_status BIGINT,
                duration_us BIGINT NOT NULL,
                record BYTES NOT NULL);
            CREATE INDEX call_log_by_account ON call_log(account_id, id);
            CREATE INDEX call_log_by_owner ON call_log(origin_owner_id, id);
            """),

        // Version 12. Orleans' ADO.NET storage finds its statements here: ours, on the table that is there (docs/adr/0014). The script that it
        // comes with has no key that is unique, so two first writes at once could both be stored. PostgresGrainStorage gives it whole ids as keys.
        new SchemaStep("", $"""
            INSERT INTO OrleansQuery(QueryKey, QueryText) VALUES
            ('ReadFromStorageKey', '
                SELECT payload AS PayloadBinary, version::integer AS Version FROM grain_state
                WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString'),
            ('WriteToStorageKey', '
                WITH first AS (
                    INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at)
                    SELECT @GrainTypeString, @GrainIdExtensionString, 1, @PayloadBinary, {QuotedNow} WHERE @GrainStateVersion IS NULL
                    ON CONFLICT DO NOTHING RETURNING version),
                next AS (
                    UPDATE grain_state SET version = version + 1, payload = @PayloadBinary, modified_at = {QuotedNow}
                    WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString AND version = @GrainStateVersion RETURNING version)
                SELECT version::integer AS NewGrainStateVersion FROM first UNION ALL SELECT version::integer FROM next'),
            ('ClearStorageKey', '
                UPDATE grain_state SET version = version + 1, payload = NULL, modified_at = {QuotedNow}
                WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString AND version = @GrainStateVersion
                RETURNING version::integer AS NewGrainStateVersion');
            """),

        // Version 13. An owner's accounts are found by the Autodesk account behind them; profiles are listed.
        SchemaStep.ForBoth("""
            ALTER TABLE accounts ADD COLUMN acc_account_id TEXT NOT NULL DEFAULT '';
            CREATE TABLE profiles(
                id TEXT NOT NULL PRIMARY KEY,
                created_at TEXT NOT NULL,
                revision BIGINT NOT NULL,
                description BYTES NOT NULL);
            CREATE INDEX profiles_by_age ON profiles(created_at, id);
            """).Then(
            sqlite: "UPDATE accounts SET acc_account_id = coalesce(CAST(description AS TEXT) ->> 'acc_account_id', '');",
            postgres: "UPDATE accounts SET acc_account_id = coalesce(convert_from(description, 'UTF8')::json ->> 'acc_account_id', '');"),

        // Version 14. The list of event deliveries.
        SchemaStep.ForBoth("""
            CREATE TABLE event_deliveries(
                endpoint_id TEXT NOT NULL,
                event_id TEXT NOT NULL,
                happened_at TEXT NOT NULL,
                status TEXT NOT NULL,
                description BYTES NOT NULL,
                PRIMARY KEY(endpoint_id, event_id));
            CREATE INDEX event_deliveries_by_status ON event_deliveries(endpoint_id, status, happened_at, event_id);
            """),

        // Version 15. Every word of the search text has a space before it, so that words of one or two letters can be looked up too.
        new SchemaStep(
            "UPDATE accounts SET search = substr(' ' || replace(search, char(10), char(10) || ' '), 1, 600)",
            "UPDATE accounts SET search = substr(' ' || replace(search, chr(10), chr(10) || ' '), 1, 600)"),

        // Version 16. Accounts are filtered by their data region.
        SchemaStep.ForBoth("""
            ALTER TABLE accounts ADD COLUMN region TEXT NOT NULL DEFAULT '';
            CREATE INDEX accounts_by_region ON accounts(region, created_at, id);
            """).Then(
            sqlite: "UPDATE accounts SET region = coalesce(CAST(description AS TEXT) ->> 'region', '');",
            postgres: "UPDATE accounts SET region = coalesce(convert_from(description, 'UTF8')::json ->> 'region', '');"),
    ];

    public static int Latest => Steps.Count;

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(HubSchema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
