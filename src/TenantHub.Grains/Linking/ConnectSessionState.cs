using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>What is stored of a connect session. It holds no secret: the token is not kept, and client secrets go straight to the
/// account.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.connect-session-state")]
internal sealed record ConnectSessionState
{
    private const int MaxRefusals = 10;
    private const int RefusalsWithoutWait = 3; // Whoever types something wrong twice is not kept waiting.

    [Id(0)]
    public ConnectSessionRequest? Request { get; init; }

    [Id(1)]
    public long Number { get; init; }

    /// <summary>Gets the account that is linked or relinked; its id is fixed when the session opens, so that no repeat makes a second
    /// one.</summary>
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
    public ServiceError? LastError { get; init; }

    /// <summary>Gets how many forms have been refused.</summary>
    [Id(8)]
    public int Refusals { get; init; }

    /// <summary>Gets when the next form is looked at.</summary>
    [Id(9)]
    public DateTimeOffset NextFormAt { get; init; }

    /// <summary>After a form was sent: what it held, and what came of it. Who has to guess waits longer each time, and in the end has to
    /// ask for another session.</summary>
    public ConnectSessionState Submitted(LinkForm input, ServiceError? error, DateTimeOffset now)
    {
        var isGuess = error is { Source: ErrorSource.Caller or ErrorSource.AutodeskAuth }; // Not what is nobody's guess.
        var refusals = Refusals + (isGuess ? 1 : 0);
        return this with
        {
            LastError = error,
            Refusals = refusals,
            NextFormAt =
                isGuess && refusals >= RefusalsWithoutWait ? now + TimeSpan.FromSeconds(1 << (refusals - RefusalsWithoutWait)) : now,
            ExpiresAt = refusals < MaxRefusals ? ExpiresAt : now,
            LastInput = input,
        };
    }

    /// <summary>After the account was seen to work: the session is over.</summary>
    public ConnectSessionState Completed(DateTimeOffset now) => this with { CompletedAt = now, LastError = null };
}
