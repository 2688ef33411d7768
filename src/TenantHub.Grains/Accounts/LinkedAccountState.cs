using System.Text.Json.Serialization;
using TenantHub.Autodesk;
using TenantHub.Calls;
using TenantHub.Configuration;
using TenantHub.Credentials;
using TenantHub.Events;
using TenantHub.Provisioning;
using TenantHub.Secrets;

namespace TenantHub.Accounts;

/// <summary>What is stored of an account. Immutable: a change is a new state, so a failed write leaves the old one in force.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.account-state")]
internal sealed record LinkedAccountState : IDamageTolerant
{
    private const int KeptStatusChanges = 20;

    /// <summary>Gets the account's public face; null before it is linked.</summary>
    [Id(0)]
    public AccountDescription? Account { get; init; }

    /// <summary>Gets the secret of the account's own app; null when the profile's app is used, and after unlinking: the data key is gone
    /// then.</summary>
    [Id(1)]
    public AppCredentials? Credentials { get; init; }

    /// <summary>Gets the secret where the storage of before ADR 9 kept it. It is only read.</summary>
    [field: NonSerialized]
    public Secret? ClientSecret { get; init; }

    /// <summary>Gets the version that belongs to <see cref="ClientSecret"/>.</summary>
    [field: NonSerialized]
    public string? CredentialVersion { get; init; }

    [Id(2)]
    public IReadOnlyList<ProvisioningCheck> Checks { get; init; } = [];

    [Id(3)]
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Gets when the account was active for the first time.</summary>
    [Id(5)]
    public DateTimeOffset? ProvenAt { get; init; }

    /// <summary>Gets the events that the last changes were, until a later change finds them handed over.</summary>
    [Id(6)]
    public IReadOnlyList<LifecycleEvent> Outbox { get; init; } = [];

    [Id(4)]
    public IReadOnlyList<StatusChange> History { get; init; } = [];

    /// <summary>Gets the recording of calls that was begun last, until it is stopped; it may be over.</summary>
    [Id(7)]
    public CallRecording? Recording { get; init; }

    /// <summary>Gets or sets why what was stored cannot be used; null when it can. Such an account can only be unlinked.</summary>
    [Id(8), JsonIgnore]
    public string? Damage { get; set; }

    /// <summary>As it is used: the secrets opened, and an old state in today's form; the next write stores it so.</summary>
    public LinkedAccountState Opened(ISecretVault vault, string owner) =>
        this with
        {
            Credentials = this is { ClientSecret: { } secret, CredentialVersion: { } version }
                ? AppCredentials.Of(vault, owner, secret, version)
                : Credentials?.Opened(vault, owner),
            ClientSecret = null,
            CredentialVersion = null,
            Checks = ProvisioningChecks.Shared(Checks),
        };

    /// <summary>With what was found, and with the status that it proves. A working status is left only on proof; what an operator has
    /// stopped stays stopped.</summary>
    public LinkedAccountState WithChecks(IReadOnlyList<ProvisioningCheck> checks, DateTimeOffset now)
    {
        var known = this with { Checks = checks.ToArray() };
        return ProvisioningChecks.Prove(checks) is { } proven && Account!.Status is not AccountStatus.Suspended
            ? known.WithStatus(proven.Status, proven.Reason, proven.NextStep, now)
            : known;
    }

    /// <summary>With another status, when the table allows it; the same state when nothing changes.</summary>
    public LinkedAccountState WithStatus(AccountStatus status, string reason, string? nextStep, DateTimeOffset now)
    {
        var account = Account!;
        if (!AccountTransitions.IsAllowed(account.Status, status))
            return this;
        if (account.Status == status && account.Reason == reason && account.NextStep == nextStep)
            return this;
        return this with
        {
            Account = account with
            {
                Status = status,
                Reason = reason,
                NextStep = nextStep,
                StatusSince = account.Status == status ? account.StatusSince : now,
            },
            ProvenAt = ProvenAt ?? (status is AccountStatus.Active ? now : null),

            // An array exactly as large as it must be, as the checks are: every account holds both.
            History = new[] { new StatusChange(status, reason, now) }.Concat(History.Take(KeptStatusChanges - 1)).ToArray(),
        };
    }

    /// <summary>An account that has just been linked, before anything is proven of it.</summary>
    public static AccountDescription NewAccount(string id, LinkAccountRequest request, LinkedAccountContext context, DateTimeOffset now) =>
        new()
        {
            Id = id,
            Revision = 0,
            OriginOwnerId = request.OriginOwnerId,
            OriginOwnerName = request.OriginOwnerName,
            Label = request.Label,
            ProfileId = request.ProfileId,
            ClientId = context.ClientId,
            AccAccountId = context.AccAccountId,
            Region = context.Region,
            ActAsUserId = context.ActingUserId,
            Type = request.Type,
            QuotaWeight = request.QuotaWeight,
            Status = AccountStatus.Pending,
            Reason = "not_verified",
            NextStep = $"Verify the account with POST /accounts/{id}/verify.",
            StatusSince = now,
            CreatedAt = now,
            UpdatedAt = now,
        };

    /// <summary>An account with what somebody wants changed of it.</summary>
    public static AccountDescription Changed(AccountDescription account, UpdateAccountRequest request, ClientApp? own) =>
        account with
        {
            OriginOwnerId = request.OriginOwnerId ?? account.OriginOwnerId,
            OriginOwnerName = request.OriginOwnerName ?? account.OriginOwnerName,
            Label = request.Label switch
            {
                null => account.Label,
                "" => null,
                var label => label,
            },
            ClientId = own?.ClientId ?? account.ClientId,
            AccAccountId = request.AccAccountId is { } id ? AccountInput.BareAccountId(id) : account.AccAccountId,
            Region = request.Region is { } region ? Regions.Normalize(region)! : account.Region,
            ActAsUserId = request.ActAsUserId switch
            {
                null => account.ActAsUserId,
                "" => null,
                var user => user,
            },
            Type = request.Type ?? account.Type,
            QuotaWeight = request.QuotaWeight ?? account.QuotaWeight,
        };

    /// <summary>Whether a change may leave an account that does not work, so that it is tried before it is made.</summary>
    public static bool IsToBeTried(AccountDescription account, UpdateAccountRequest request)
    {
        var changed = Changed(account, request, null);
        return request.AccAccountId is not null || changed.Region != account.Region || changed.ActAsUserId != account.ActAsUserId;
    }
}
