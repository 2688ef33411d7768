using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Credentials;
using TenantHub.Events;
using TenantHub.Secrets;

namespace TenantHub.Accounts;

/// <summary>What the records of all accounts of this silo share.</summary>
internal sealed class AccountRecords(
    IAccountDirectory directory,
    IAccountClaims claims,
    ISecretVault vault,
    GrainReferences<IEventPublisherGrain> events,
    IOptions<LaneOptions> lanes,
    IOptions<CredentialOptions> credentials,
    IOptions<OwnershipOptions> ownership,
    TimeProvider clock,
    ILogger<AccountRecord> logger
)
{
    public IAccountDirectory Directory => directory;

    public IAccountClaims Claims => claims;

    public bool AllowSeveralOwners { get; } = ownership.Value.AllowSeveralOwners;

    public ISecretVault Vault => vault;

    public IEventPublisherGrain Events { get; } = events.Of(IEventEndpointsGrain.Key);

    public int MaxWaitingCommits { get; } = lanes.Value.MaxWaitingCalls * 2;

    public TimeSpan RotationOverlap { get; } = credentials.Value.RotationOverlap;

    public TimeProvider Clock => clock;

    public ILogger<AccountRecord> Logger => logger;
}
