using Orleans.Storage;
using TenantHub.Actions;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Storage;

namespace TenantHub.Accounts;

/// <summary>
/// The account's state in force, and the one way to change it. A change is a new state; it comes into force once it is stored. Until then,
/// and when it cannot be stored, everybody sees the state before.
/// </summary>
/// <remarks>
/// The grain interleaves, so several may want to change the state at once: they take turns in <see cref="_commits"/>, which is there only
/// while somebody writes.
/// </remarks>
internal sealed partial class AccountRecord(IGrainBase grain, IPersistentState<LinkedAccountState> stored, Lane lane, AccountRecords shared)
{
    private static readonly TimeSpan CommitWait = TimeSpan.FromSeconds(30);

    private Lane? _commits;
    private ShortStay? _stay;

    private bool IsKnown => State is { Account: not null, Damage: null };

    public string Id { get; } = grain.GrainContext.GrainId.Key.ToString()!;

    /// <summary>Gets the state in force: the last one that was read or stored.</summary>
    public LinkedAccountState State { get; private set; } = new();

    /// <summary>Gets the account when it is linked, and null before and after, and when what is stored of it is damaged.</summary>
    public AccountDescription? Linked => State.Damage is null ? LinkedOrDamaged : null;

    /// <summary>Gets the account that can be unlinked; of a damaged one what the directory knows.</summary>
    public AccountDescription? LinkedOrDamaged => State.Account is { Status: not AccountStatus.Unlinked } account ? account : null;

    /// <summary>Gets the account's name in sealed values.</summary>
    private string SealName => "account/" + Id;

    /// <summary>Takes over what was read from storage. A crash between the state's write and the directory's is mended here.</summary>
    public async Task OpenAsync()
    {
        if (Open() is { } damage)
            await OpenFromDirectoryAsync(new StorageException(damage).At("account", grain.GrainContext.GrainId));
        else if (State.Account is { } account)
            await ListAsync(account);
        else if (await shared.Directory.ListAsync(new() { AccountIds = [Id] }) is [{ } lost])
            OpenDamaged(
                lost,
                new StorageException("What is stored of it is missing, though it is listed. Restore it from a backup.").At(
                    "account",
                    grain.GrainContext.GrainId
                )
            );
    }

    /// <summary>Gives why what was read cannot be used; null when it can.</summary>
    private string? Open()
    {
        try
        {
            if (stored.State is { Damage: null, Account: not null } state)
                State = state.Opened(shared.Vault, SealName);
            return stored.State.Damage;
        }
        catch (StorageException damaged) when (damaged.IsDamage)
        {
            return damaged.Message;
        }
    }

    private async Task OpenFromDirectoryAsync(StorageException damage)
    {
        var listed = await shared.Directory.ListAsync(new() { AccountIds = [Id], Statuses = Enum.GetValues<AccountStatus>() });
        OpenDamaged(listed is [{ } account] ? account : throw damage, damage);
    }

    /// <summary>There is enough to refuse whoever may not have it, and to unlink it: what the directory knows.</summary>
    private void OpenDamaged(AccountDescription listed, StorageException damage)
    {
        LogDamaged(Id, damage.Message);
        State = new() { Account = listed, Damage = damage.Message };
    }

    public AccountResult Describe() => Linked is { } account ? new AccountResult.Described(account) : NotFound();

    /// <summary>The error of an account that is not linked, or no longer, or that is damaged.</summary>
    public ServiceError NotFound()
    {
        LeaveUnlessKnown();
        return State.Damage is { } damage && LinkedOrDamaged is not null ? AccountErrors.Damaged(Id, damage) : AccountErrors.NotFound(Id);
    }

    /// <summary>An activation of an account that never was does not stay, nor one whose damage somebody may be mending.</summary>
    public void LeaveUnlessKnown()
    {
        if (!IsKnown && lane.Count == 0)
            (_stay ??= new(grain)).LeaveUnless(() => IsKnown || lane.Count > 0);
    }

    /// <summary>Credentials of the account's own app, sealed; a data key that there is stays in use.</summary>
    public AppCredentials Seal(ClientApp app, AppCredentials? before = null) =>
        AppCredentials.Of(shared.Vault, SealName, app.ClientSecret, app.CredentialVersion, before);

    /// <summary>What is held after a new secret was proven: of the same app, the one in force until now stays for the overlap.</summary>
    public AppCredentials Replace(LinkedAccountState state, ClientApp proven) =>
        state.Credentials is { } held && state.Account!.ClientId == proven.ClientId
            ? held.Rotated(
                shared.Vault,
                SealName,
                proven.ClientSecret,
                proven.CredentialVersion,
                shared.Clock.GetUtcNow() + shared.RotationOverlap
            )
            : Seal(proven, state.Credentials);

    /// <summary>
    /// Stores what <paramref name="change"/> makes of the state. When it cannot be stored this activation ends, because another one may own
    /// the account by now. When it is certain that another does (the stored ETag is newer than ours), nothing more is sent from here
    /// either.
    /// </summary>
    /// <param name="change">Makes the next state; the same one when there is nothing to change.</param>
    /// <returns>Why the change was not made; null when it is in force, or when there was nothing to change.</returns>
    public async Task<ServiceError?> CommitAsync(Func<LinkedAccountState, LinkedAccountState> change)
    {
        var commits = _commits ??= new Lane(shared.MaxWaitingCommits, shared.Clock);
        try
        {
            using var turn = await commits.EnterAsync(new LaneCall("commit"), CommitWait, CancellationToken.None);
            return turn.Refusal ?? await CommitInTurnAsync(change);
        }
        finally
        {
            // Idle accounts are many, and a lane weighs hundreds of bytes. One that was refused may leave after another lane has been made.
            if (commits.Count == 0 && ReferenceEquals(_commits, commits))
                _commits = null;
        }
    }

    private async Task<ServiceError?> CommitInTurnAsync(Func<LinkedAccountState, LinkedAccountState> change)
    {
        var before = State;
        var after = change(before);
        if (ReferenceEquals(before, after))
            return null;
        var now = shared.Clock.GetUtcNow();
        after = after with
        {
            Account = after.Account! with { Revision = (before.Account?.Revision ?? 0) + 1, UpdatedAt = now },
            Credentials = after.Credentials?.Trimmed(shared.Vault, SealName, now),
        };
        try
        {
            // Reminders come first: one that finds nothing to do goes away, a change whose reminder is missing might never be heard of.
            if (IsWaiting(after.Account) && !IsWaiting(before.Account))
                await grain.RegisterOrUpdateReminder(LookReminder, FirstLook, FirstLook);
            var events = await AnnounceAsync(before.Account, after.Account);
            after = after with { Outbox = [.. LastIn(before.Outbox) == _handedOver ? [] : before.Outbox, .. events] };
            stored.State = after;
            await stored.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            stored.State = before;
            LogSuperseded(Id);
            lane.Close(AccountErrors.Superseded(Id));
            grain.DeactivateOnIdle();
            return AccountErrors.StorageFailed();
        }
        catch (Exception exception)
        {
            stored.State = before;
            LogNotStored(exception, Id);
            grain.DeactivateOnIdle();
            return AccountErrors.StorageFailed();
        }

        State = after;
        if (before.Account is not { } old || (old.Status, old.Reason) != (after.Account.Status, after.Account.Reason))
            LogStatus(Id, before.Account?.Status ?? AccountStatus.Pending, after.Account.Status, after.Account.Reason);
        await ListAsync(after.Account);
        await HandOverAsync();
        return null;
    }

    /// <summary>The directory is derived, so a failure here is no failure of the change: the next activation puts the row right.</summary>
    private async Task ListAsync(AccountDescription account)
    {
        try
        {
            await shared.Directory.UpsertAsync(account);
        }
        catch (Exception exception)
        {
            LogNotListed(exception, Id);
        }
    }
}
