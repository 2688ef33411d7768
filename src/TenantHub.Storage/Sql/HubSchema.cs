namespace TenantHub.Storage.Sql;

/// <summary>
/// The hub's own tables, in steps: a database remembers how many it has taken and takes the missing ones when the hub starts. A step that
/// was released is never changed. New steps go to the end, for both databases at once.
/// </summary>
internal static class HubSchema
{
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

        // Version 3. Accounts are found by their profile and by the Autodesk account behind them; profiles are listed.
        SchemaStep.ForBoth("""
            ALTER TABLE accounts ADD COLUMN profile_id TEXT;
            ALTER TABLE accounts ADD COLUMN acc_account_id TEXT;
            CREATE INDEX accounts_by_profile ON accounts(profile_id, created_at, id);
            CREATE TABLE profiles(
                id TEXT NOT NULL PRIMARY KEY,
                created_at TEXT NOT NULL,
                revision BIGINT NOT NULL,
                description BYTES NOT NULL);
            CREATE INDEX profiles_by_age ON profiles(created_at, id);
            """).Then(
            sqlite: "UPDATE accounts SET profile_id = json_extract(CAST(description AS TEXT), '$.profile_id'), acc_account_id = json_extract(CAST(description AS TEXT), '$.acc_account_id');",
            postgres: "UPDATE accounts SET profile_id = convert_from(description, 'UTF8')::json ->> 'profile_id', acc_account_id = convert_from(description, 'UTF8')::json ->> 'acc_account_id';"),
    ];

    public static int Latest => Steps.Count;
}
