namespace TenantHub.Calls;

/// <summary>The calls that were recorded with their bodies. They are customers' data: sealed, each for its account, and gone after a
/// day.</summary>
public interface ICallRecordings
{
    /// <summary>How long a recorded call is kept.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>Stores a call; the same one a second time changes nothing.</summary>
    /// <param name="call">The call.</param>
    Task AddAsync(RecordedCall call);

    /// <summary>Lists an account's recorded calls without their bodies, newest first.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<RecordedCall>> ListAsync(string accountId, int limit, CancellationToken cancellationToken = default);

    /// <summary>Gives a recorded call with its bodies; null when there is none, or no more.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="callId">The id that the call log has it under.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<RecordedCall?> FindAsync(string accountId, string callId, CancellationToken cancellationToken = default);

    /// <summary>Counts the calls that a recording has.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="recordingId">The recording.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<int> CountAsync(string accountId, string recordingId, CancellationToken cancellationToken = default);

    /// <summary>Forgets all that was recorded of an account.</summary>
    /// <param name="accountId">The linked account.</param>
    Task ForgetAccountAsync(string accountId);
}
