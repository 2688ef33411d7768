using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Deletes the rows that nothing needs any more, when a silo starts and every hour. Each silo does it: a row that another has deleted is
/// not found, so nothing has to be agreed. A state whose grain has a reminder is kept whatever its age: that grain still has something to
/// do.
/// </summary>
internal sealed partial class RetentionSweep(
    ISqlDatabase database,
    IOptions<RetentionOptions> options,
    TimeProvider clock,
    ILogger<RetentionSweep> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>In pieces, so that no other write waits for long.</summary>
    private const int DeletedAtOnce = 1000;

    // The age stands outside too: PostgreSQL asks only that once more when a grain has written the row in the meantime.
    private const string OldStates = """
        DELETE FROM grain_state WHERE modified_at < @before AND (state_name, grain_id) IN (
            SELECT state_name, grain_id FROM grain_state WHERE state_name = @name AND modified_at < @before
            AND NOT EXISTS (SELECT 1 FROM reminders WHERE reminders.grain_id = grain_state.grain_id) LIMIT @most)
        """;

    private const string ClearedStates = """
        DELETE FROM grain_state WHERE payload IS NULL AND modified_at < @before AND (state_name, grain_id) IN (
            SELECT state_name, grain_id FROM grain_state WHERE payload IS NULL AND modified_at < @before LIMIT @most)
        """;

    private const string Deliveries = """
        DELETE FROM event_deliveries WHERE status <> 'pending' AND (endpoint_id, event_id) IN (
            SELECT endpoint_id, event_id FROM event_deliveries WHERE status <> 'pending' AND happened_at < @before LIMIT @most)
        """;

    private const string AutodeskEvents = """
        DELETE FROM autodesk_events WHERE received_at < @before AND (account_id, sequence) IN (
            SELECT account_id, sequence FROM autodesk_events WHERE received_at < @before LIMIT @most)
        """;

    private const string AutodeskCallbacks = """
        DELETE FROM autodesk_callbacks WHERE id IN (SELECT id FROM autodesk_callbacks WHERE received_at < @before LIMIT @most)
        """;

    private const string Uploads = """
        DELETE FROM uploads WHERE created_at < @before AND (account_id, id) IN (
            SELECT account_id, id FROM uploads WHERE created_at < @before LIMIT @most)
        """;

    private const string UploadParts = """
        DELETE FROM upload_parts WHERE stored_at < @before AND (upload_key, number) IN (
            SELECT upload_key, number FROM upload_parts WHERE stored_at < @before LIMIT @most)
        """;

    private const string RevokedKeys = "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE revoked_at < @before LIMIT @most)";

    private const string RefusedClaims = """
        DELETE FROM account_claims WHERE state = 'refused' AND since < @before AND (client_id, acc_account_id, owner_id) IN (
            SELECT client_id, acc_account_id, owner_id FROM account_claims WHERE state = 'refused' AND since < @before LIMIT @most)
        """;

    private const string OldApprovals =
        "DELETE FROM approvals WHERE id IN (SELECT id FROM approvals WHERE requested_at < @before LIMIT @most)";

    private const string RecordedCalls = """
        DELETE FROM recorded_calls WHERE started_at < @before AND (account_id, call_id) IN (
            SELECT account_id, call_id FROM recorded_calls WHERE started_at < @before LIMIT @most)
        """;

    // First the states, then the rows that have none any more: a sweep that ends in between goes on with the next one.
    private const string UnlinkedStates = """
        DELETE FROM grain_state WHERE state_name = 'account' AND modified_at < @before AND grain_id IN (
            SELECT 'linkedaccount/' || accounts.id FROM accounts JOIN grain_state old ON old.state_name = 'account' AND old.grain_id = 'linkedaccount/' || accounts.id
            WHERE accounts.status = 'unlinked' AND old.modified_at < @before LIMIT @most)
        """;

    private const string UnlinkedAccounts = """
        DELETE FROM accounts WHERE status = 'unlinked' AND created_at < @before AND id IN (
            SELECT id FROM accounts WHERE status = 'unlinked' AND created_at < @before
            AND NOT EXISTS (SELECT 1 FROM grain_state WHERE state_name = 'account' AND grain_id = 'linkedaccount/' || accounts.id) LIMIT @most)
        """;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(RetentionSweep), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var keep = options.Value;
        var deliveries = await DeleteAsync(Deliveries, keep.EventDeliveries, cancellationToken);
        var states =
            await DeleteAsync(OldStates, keep.EventDeliveries, cancellationToken, ("@name", "event-delivery"))
            + await DeleteAsync(OldStates, keep.AccessTokens, cancellationToken, ("@name", "access-token"))
            + await DeleteAsync(OldStates, keep.Uploads, cancellationToken, ("@name", "upload"))
            + await DeleteAsync(ClearedStates, keep.ClearedStates, cancellationToken)
            + await DeleteAsync(UnlinkedStates, keep.UnlinkedAccounts, cancellationToken);
        var rows =
            await DeleteAsync(UnlinkedAccounts, keep.UnlinkedAccounts, cancellationToken)
            + await DeleteAsync(RevokedKeys, keep.RevokedKeys, cancellationToken)
            + await DeleteAsync(RefusedClaims, keep.RefusedClaims, cancellationToken)
            + await DeleteAsync(OldApprovals, keep.Approvals, cancellationToken)
            + await DeleteAsync(RecordedCalls, ICallRecordings.KeptFor, cancellationToken)
            + await DeleteAsync(Uploads, keep.Uploads, cancellationToken)
            + await DeleteAsync(UploadParts, keep.Uploads, cancellationToken)
            + await DeleteAsync(AutodeskEvents, keep.AutodeskEvents, cancellationToken)
            + await DeleteAsync(AutodeskCallbacks, keep.AutodeskEvents, cancellationToken);
        if (deliveries + states + rows > 0)
            LogSwept(deliveries, states, rows);
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _running = LoopAsync();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await SweepAsync(_stopping.Token);
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                LogNotSwept(exception); // The next time will do.
            }
        } while (await timer.WaitForNextTickAsync(_stopping.Token));
    }

    private async Task<int> DeleteAsync(
        string sql,
        TimeSpan age,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        var total = 0;
        while (true)
        {
            var deleted = await database.WriteInBackgroundAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        sql,
                        cancellation,
                        [.. parameters, ("@before", (clock.GetUtcNow() - age).Text()), ("@most", (long)DeletedAtOnce)]
                    ),
                cancellationToken
            );
            total += deleted;
            if (deleted < DeletedAtOnce)
                return total;
        }
    }
}
