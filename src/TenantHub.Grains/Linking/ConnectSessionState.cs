using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>What is stored of a connect session. It holds no secret: the token is not kept, and client secrets go straight to the account.</summary>
[Alias("tenanthub.connect-session-state")]
internal sealed record ConnectSessionState
{
    public ConnectSessionRequest? Request { get; init; }

    public long Number { get; init; }

    /// <summary>Gets the account that is linked or relinked; its id is fixed when the session opens, so that no repeat makes a second one.</summary>
    public string AccountId { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public LinkForm? LastInput { get; init; }

    public HubError? LastError { get; init; }
}
