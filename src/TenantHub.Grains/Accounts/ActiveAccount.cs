using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Paging;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Calls;
using TenantHub.Credentials;
using TenantHub.Errors;
using TenantHub.Isolation;
using TenantHub.Profiles;
using TenantHub.Provisioning;
using TenantHub.Security;

namespace TenantHub.Accounts;

/// <summary>
/// One account while its grain is active: its record, its lane, and what is remembered between calls. The grain owns it and hands it to the
/// parts that do the work, which serve all accounts of the silo and hold nothing of any.
/// </summary>
/// <remarks>
/// Everything here runs on the grain's scheduler, so nothing is locked. What most accounts never need is made when it is needed: an idle
/// account weighs 6 KB at most.
/// </remarks>
internal sealed class ActiveAccount(AccountRecord record, Lane lane, ActionCatalog catalog, LaneOptions lanes, TimeProvider clock)
{
    private const int KeptCalls = 20;
    private const int KeptResources = 1_900; // 95 KB at most; with a few more the dictionary doubles.
    private const int KeptPositions = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2); // Less than the response time-out of the contract.

    private AccountDescription? _contextOf;
    private LinkedAccountContext? _context;
    private AccountTraffic? _traffic;
    private SeenResources? _seen;
    private HiddenPositions? _positions;
    private Queue<CallDescription>? _recentCalls;

    public string Id => record.Id;

    public AccountRecord Record => record;

    public LinkedAccountState State => record.State;

    /// <summary>Gets what keeps calls apart: whatever sends to Autodesk on behalf of an action holds a place here
    /// (docs/adr/0001).</summary>
    public Lane Lane => lane;

    /// <summary>Gets or sets the connector profile as it was last read; null when the account has an app of its own, and none.</summary>
    public ProfileApp? Profile { get; set; }

    /// <summary>Gets or sets the look at the profile that goes on, or the last one.</summary>
    public Task ProfileRead { get; set; } = Task.CompletedTask;

    public long ProfileReadAt { get; set; }

    /// <summary>Gets or sets what lets the account leave a silo that drains.</summary>
    public CancellationTokenRegistration Handover { get; set; }

    /// <summary>Gets the calls that hold an idempotency key; null when none does.</summary>
    public Dictionary<string, KeyClaim>? KeysInUse { get; set; }

    /// <summary>Gets or sets the lane of calls that ask for an approval; null while none does.</summary>
    public Lane? Asks { get; set; }

    public AccountTraffic Traffic => _traffic ??= new();

    public AccountTraffic? TrafficSoFar => _traffic;

    public SeenResources Seen => _seen ??= new(KeptResources, clock);

    /// <summary>Gets what is known of resources, without making room for it.</summary>
    public SeenResources? SeenSoFar => _seen;

    public HiddenPositions Positions => _positions ??= new(KeptPositions);

    public HiddenPositions? PositionsSoFar => _positions;

    public IEnumerable<CallDescription> RecentCalls => _recentCalls ?? Enumerable.Empty<CallDescription>();

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Gets what requests are filled in with. The account must be linked, or have been.</summary>
    public LinkedAccountContext Context
    {
        get
        {
            var account = State.Account!;
            if (!ReferenceEquals(_contextOf, account))
                (_contextOf, _context) = (account, new(account.AccAccountId, account.Region, account.ClientId, account.ActAsUserId));
            return _context!;
        }
    }

    /// <summary>Gets the account as records of its resources name it.</summary>
    public Holder Holder => new(State.Account!.ClientId, Id);

    public bool SharesBuckets => Profile?.SharedBuckets is true;

    /// <summary>Gets the connector profile's id; empty when the account has none.</summary>
    public string ProfileId => State.Account?.ProfileId ?? "";

    /// <summary>Gets the apps of the account, its own when it has one, else its profile's.</summary>
    public HeldApps Apps => HeldApps.Of(State, Profile, clock.GetUtcNow());

    /// <summary>Gets whether there is an app to use.</summary>
    public bool HasApp => State.Credentials is not null || HeldApps.OfProfile(Profile) is not null;

    /// <summary>What the account holds must stand nowhere, whatever it is named and wherever Autodesk repeats it.</summary>
    public IReadOnlyCollection<string> Secrets()
    {
        var apps = HasApp ? new[] { Apps.Current, Apps.Previous } : [];
        return
        [
            .. apps.OfType<ClientApp>()
                .Select(app => app.ClientSecret)
                .Concat(TrafficSoFar?.TokenValues ?? [])
                .Select(secret => secret.Reveal()),
        ];
    }

    /// <summary>Gets or sets the recording of calls that goes on; null when none does, and the only thing that a call asks then.</summary>
    public CallRecording? Recording { get; set; }

    /// <summary>Gets the app to use now.</summary>
    public ClientApp App =>
        Apps is var held && held.Previous is { } previous && _traffic?.StandsBack(held.Current, clock) is true ? previous : held.Current;

    public ActionDefinition? FindAction(string id) => catalog.Find(id);

    /// <summary>Status, enabled actions, the caller's rights, and what nobody may do here: why a call may not be made; sends
    /// nothing.</summary>
    public ServiceError? Refuses(ActionDefinition action, ActionRequest request)
    {
        if (record.LinkedOrDamaged is { } own && request.Rights?.Admits(own.OriginOwnerId, own.ProfileId) is false)
            return AccountErrors.NotFound(Id);
        if (record.Linked is not { } account)
            return record.NotFound();
        if (account.Status is AccountStatus.Suspended)
            return AccountErrors.Suspended(Id);
        if (Profile?.EnabledActions is { } enabled && !enabled.Contains(action.Id) && !IsEnabledStep(action, request.PartOf, enabled))
            return AccountErrors.NotEnabled(action.Id, account.ProfileId!);
        if (request.Rights is { } rights && !IsAllowed(rights, action, request))
            return AccountErrors.NotAllowed(action.Id);
        return action.Role is ActionRole.NamesBusinessUnits && OwnershipWord.IsIn(request.Body) ? AccountErrors.NamesProof() : null;
    }

    /// <summary>The refusal of whoever comes after the account was unlinked; null before that.</summary>
    public ServiceError? Gone() => State.Account is { Status: AccountStatus.Unlinked } ? record.NotFound() : null;

    /// <summary>The refusal of a call that the account's checks show to be hopeless.</summary>
    public ServiceError? Obstacle(ActionDefinition action)
    {
        if (LacksProof)
            return AccountErrors.OwnershipNotProven(State.Checks.FirstOrDefault(check => check.Name == ProvisioningCauses.Ownership));
        foreach (var check in State.Checks)
        {
            if (check.Outcome is not CheckOutcome.Failed || ProvisioningCauses.OfCheck(check.Name) is not var (cause, subject))
                continue;
            if (cause.Stops(action, subject))
                return AccountErrors.Hopeless(cause.Code, check);
        }

        return null;
    }

    /// <summary>Gets whether the profile demands a proof of control that nobody has seen: what could not be looked at is no
    /// proof.</summary>
    private bool LacksProof =>
        Profile?.OwnershipProof is OwnershipProof.Code
        && State.ProvenAt is null
        && !State.Checks.Any(check => check is { Name: ProvisioningCauses.Ownership, Outcome: CheckOutcome.Passed });

    /// <summary>The timestamp after which a call is not sent any more.</summary>
    public long StartBy(long came, TimeSpan? maxWait)
    {
        var wait = maxWait ?? lanes.DefaultMaxWait;
        wait =
            wait < TimeSpan.Zero ? TimeSpan.Zero
            : wait > LongestWait ? LongestWait
            : wait;
        return came + (long)(wait.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>The timestamp after which a request that comes now, and says nothing of its time, is not sent any more.</summary>
    public long StartByDefault() => StartBy(clock.GetTimestamp(), null);

    /// <summary>A place for what is no action: linking, verifying ...</summary>
    public ValueTask<Lane.Entry> EnterLaneAsync(string work, CancellationToken cancellationToken) =>
        lane.EnterAsync(new LaneCall(work), lanes.DefaultMaxWait, cancellationToken);

    public void AddRecent(CallDescription call)
    {
        _recentCalls ??= new();
        if (_recentCalls.Count == KeptCalls)
            _recentCalls.Dequeue();
        _recentCalls.Enqueue(call);
    }

    /// <summary>A place in the recording for the call that begins now; null when none goes on.</summary>
    public RecordedBodies? TakeRecording(ActionRequest request)
    {
        if (Recording is not { } recording)
            return null;
        var isOver = Now >= recording.Until;
        Recording = isOver || recording.Left <= 1 ? null : recording with { Left = recording.Left - 1 };
        return isOver ? null : new RecordedBodies(this, recording.Id, request);
    }

    /// <summary>A step is allowed when the composite is whose step it is.</summary>
    private bool IsAllowed(CallerRights rights, ActionDefinition action, ActionRequest request) =>
        request.PartOf is { } partOf && catalog.Find(partOf) is { } composite && composite.Steps.Contains(action.Id)
            ? rights.Allows(composite.Id, composite.CallSafety)
            : rights.Allows(action.Id, action.SafetyOf(request));

    private bool IsEnabledStep(ActionDefinition step, string? partOf, IReadOnlyList<string> enabled) =>
        partOf is not null && enabled.Contains(partOf) && catalog.Find(partOf) is { } composite && composite.Steps.Contains(step.Id);
}
