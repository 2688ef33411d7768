namespace TenantHub.Client.Actions;

/// <summary>How a call is run.</summary>
public sealed record ActionOptions
{
    /// <summary>Gets how long the call may wait for its turn, for Autodesk's limits and for repeats, 0 s to 2 min; null for
    /// <see cref="TenantHubClientOptions.MaxWait"/>. It is sent as <c>Prefer: wait=</c> in whole seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less or more.</exception>
    public TimeSpan? MaxWait
    {
        get;
        init =>
            field =
                value is null || (value >= TimeSpan.Zero && value <= TenantHubClientOptions.LongestWait)
                    ? value
                    : throw new ArgumentOutOfRangeException(nameof(MaxWait), value, "MaxWait must be 0 to 2 minutes.");
    }

    /// <summary>Gets whether calls that people wait for go before this one.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Gets the key under which a write is carried out once, 24 hours long, also when this process dies and another one sends it
    /// again; null for one that is made up for this call. Printable ASCII; anything else is refused before the call is sent.</summary>
    public string? IdempotencyKey { get; init; }
}
