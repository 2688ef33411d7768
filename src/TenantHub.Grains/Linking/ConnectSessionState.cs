using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>What is stored of a connect session. It holds no secret: the token is not kept, and client secrets go straight to the account.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.connect-session-state")]
internal sealed record ConnectSessionState
{
    [Id(0)]
    public ConnectSessionRequest? Request { get; init; }

    [Id(1)]
    public long Number { get; init; }

    /// <summary>Gets the account that is linked or relinked; its id is fixed when the session opens, so that no repeat makes a second one.</summary>
    [Id(2)]
    public string AccountId { get; init; } = "";

    [Id(3)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(4)]
    public DateTimeOffset ExpiresAt { get; init; }

    [Id(5)]
    public DateTimeOffset? CompletedAt { get; init; }

    [Id(6)]
    public LinkForm? LastInput { get; init; }

    [Id(7)]
    public HubError? LastError { get; init; }

    /// <summary>Gets how many forms have been refused.</summary>
    [Id(8)]
    public int Refusals { get; init; }

    /// <summary>Gets when the next form is looked at.</summary>
    [Id(9)]
    public DateTimeOffset NextFormAt { get; init; }
}
