using System.Text.Json;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Makes the directory from the accounts' stored states: what the grains themselves do when they activate, for all at once. An account that
/// changes meanwhile has a higher revision, and that stays.
/// </summary>
internal sealed partial class SqlAccountDirectory
{
    private const int StatesAtOnce = 500;

    /// <summary>The name under which the account grain keeps its state, and where in it the description is.</summary>
    private const string StateName = "account";
    private const string DescriptionMember = "account";

    private const string States = """
        SELECT grain_id, payload FROM grain_state WHERE state_name = @name AND grain_id > @after AND payload IS NOT NULL ORDER BY grain_id LIMIT @limit
        """;

    // A state is written before its row, so a row without a state stands for nothing.
    private const string RemoveOrphans = """
        DELETE FROM accounts WHERE NOT EXISTS(
            SELECT 1 FROM grain_state WHERE state_name = @name AND grain_id = @prefix || accounts.id AND payload IS NOT NULL)
        """;

    public async Task<DirectoryRebuild> RebuildAsync(CancellationToken cancellationToken = default)
    {
        var (accounts, repaired, after) = (0L, 0L, "");
        var unreadable = new List<string>();
        while (true)
        {
            var states = await database.ReadAsync(
                (connection, cancellation) =>
                    connection.QueryAsync(
                        States,
                        row => (GrainId: row.GetString(0), Payload: row.GetFieldValue<byte[]>(1)),
                        cancellation,
                        ("@name", StateName),
                        ("@after", after),
                        ("@limit", (long)StatesAtOnce)
                    ),
                cancellationToken
            );
            if (states.Count == 0)
                break;

            after = states[^1].GrainId;
            accounts += states.Count;
            var described = new List<AccountDescription>(states.Count);
            foreach (var (grainId, payload) in states)
            {
                if (DescriptionIn(payload) is { } account)
                    described.Add(account);
                else
                    unreadable.Add(grainId[(grainId.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            }

            if (described.Count > 0)
                repaired += await database.WriteAsync(
                    (connection, cancellation) => UpsertAsync(connection, described, cancellation),
                    cancellationToken
                );
        }

        var prefix = after[..(after.IndexOf('/', StringComparison.Ordinal) + 1)];
        var removed = await database.WriteAsync(
            (connection, cancellation) => connection.ExecuteAsync(RemoveOrphans, cancellation, ("@name", StateName), ("@prefix", prefix)),
            cancellationToken
        );
        return new DirectoryRebuild(accounts, repaired, removed, unreadable);
    }

    private static AccountDescription? DescriptionIn(byte[] payload)
    {
        try
        {
            using var envelope = JsonDocument.Parse(payload);
            return envelope
                .RootElement.GetProperty("state")
                .GetProperty(DescriptionMember)
                .Deserialize<AccountDescription>(StorageJson.Plain);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
