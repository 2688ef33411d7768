using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using TenantHub.Accounts;
using TenantHub.Telemetry;

namespace TenantHub.Profiles;

/// <summary>
/// 1. The sweep is written down, so that a restart goes on with it. 2. A timer takes a page of accounts and has each verified, a few at a
/// time. 3. How far it has come is written down after each page.
/// </summary>
/// <remarks>
/// A grain of its own, because accounts ask their profile for its app while they are verified, and the profile must be free to answer.
/// Reentrant for the same reason; only one page runs at a time, because a grain timer waits for its callback.
/// </remarks>
[Reentrant]
internal sealed partial class ProfileSweepGrain(
    [PersistentState("profile-sweep")] IPersistentState<ProfileSweepState> state,
    IAccountDirectory accounts,
    ILogger<ProfileSweepGrain> logger
) : Grain, IProfileSweepGrain, IRemindable
{
    private const int PageSize = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50); // Others have the silo to themselves now and then.

    private const string Reminder = "sweep";
    private static readonly TimeSpan ResumeAfter = TimeSpan.FromMinutes(1); // The shortest that a reminder can be.

    private IGrainTimer? _timer;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.NextPage > 0)
            Go();
        return Task.CompletedTask;
    }

    public async Task StartAsync()
    {
        await this.RegisterOrUpdateReminder(Reminder, ResumeAfter, ResumeAfter);
        state.State = new ProfileSweepState { NextPage = 1 };
        await state.WriteStateAsync();
        Go();
    }

    /// <summary>After a restart this is what wakes the grain up; its activation goes on with the sweep.</summary>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (state.State.NextPage == 0)
            await this.ForgetReminderAsync(Reminder);
    }

    public Task<SweepProgress> ProgressAsync()
    {
        if (!state.RecordExists)
            DeactivateOnIdle();
        return Task.FromResult(new SweepProgress(state.State.NextPage > 0, state.State.Verified));
    }

    private void Go()
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(VerifyPageAsync, new GrainTimerCreationOptions(Pause, Pause) { KeepAlive = true });
    }

    private async Task VerifyPageAsync(CancellationToken cancellationToken)
    {
        using var work = new BackgroundWork("profile sweep");
        var current = state.State;
        try
        {
            // After the last account, not by the page's number: who is unlinked meanwhile would move others out of the next page.
            var after = current.After is { } cursor ? AccountCursor.Parse(cursor) : null;
            var page = await accounts.ListAsync(
                new AccountFilter
                {
                    ProfileIds = [this.GetPrimaryKeyString()],
                    After = after,
                    PageSize = PageSize,
                },
                cancellationToken
            );
            await Task.WhenAll(page.Select(account => VerifyAsync(account.Id, work.TraceId, cancellationToken)));
            if (!ReferenceEquals(current, state.State))
                return; // It was begun anew meanwhile.
            var ended = page.Count < PageSize;
            state.State = new ProfileSweepState
            {
                NextPage = ended ? 0 : current.NextPage + 1,
                After = ended ? null : AccountCursor.After(page[^1]).ToString(),
                Verified = current.Verified + page.Count,
            };
            await state.WriteStateAsync(cancellationToken);
            if (ended)
                _timer?.Dispose();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogPageFailed(exception, this.GetPrimaryKeyString(), current.NextPage, work.TraceId); // The timer takes the same page again.
        }
    }

    /// <summary>An account that cannot be verified now is verified by its next call that fails, or by its own look; it does not stop the
    /// others.</summary>
    private async Task VerifyAsync(string id, string traceId, CancellationToken cancellationToken)
    {
        try
        {
            await GrainFactory.GetGrain<ILinkedAccountGrain>(id).VerifyAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotVerified(exception, id, traceId);
        }
    }

    [LoggerMessage(
        6003,
        LogLevel.Error,
        "Profile {ProfileId}: page {Page} of its accounts could not be verified; it is taken again (trace {TraceId})"
    )]
    private partial void LogPageFailed(Exception exception, string profileId, int page, string traceId);

    [LoggerMessage(6004, LogLevel.Warning, "Account {AccountId} could not be verified after a change of its profile (trace {TraceId})")]
    private partial void LogNotVerified(Exception exception, string accountId, string traceId);
}

/// <summary>How far a sweep has come.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.profile-sweep-state")]
internal sealed record ProfileSweepState
{
    /// <summary>Gets the page of the account directory that comes next, from 1; zero when no sweep runs.</summary>
    [Id(0)]
    public int NextPage { get; init; }

    [Id(1)]
    public int Verified { get; init; }

    /// <summary>Gets the last account that was verified; null at the beginning.</summary>
    [Id(2)]
    public string? After { get; init; }
}
