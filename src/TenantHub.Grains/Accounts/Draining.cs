namespace TenantHub.Accounts;

/// <summary>
/// Says that this silo is about to stop: what runs is finished, what waits is refused so that its caller can go to another server. Whoever
/// stops the silo begins it; a silo that is killed never does.
/// </summary>
public sealed class Draining : IDisposable
{
    private readonly CancellationTokenSource _begun = new();

    /// <summary>Gets the token that is cancelled when draining begins.</summary>
    public CancellationToken Token => _begun.Token;

    /// <summary>Begins it; there is no way back.</summary>
    public void Begin() => _begun.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _begun.Dispose();
}
