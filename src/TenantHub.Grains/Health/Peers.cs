using Orleans.Runtime.Services;

namespace TenantHub.Health;

/// <summary>
/// Asks the other silos of the cluster whether they are there. Orleans does so too, and does not tell what it has seen until it has
/// declared
/// somebody dead, which a silo that is cut off cannot do.
/// </summary>
public sealed class Peers(IServiceProvider services, ISiloStatusOracle silos, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceForAnother = TimeSpan.FromSeconds(1.5); // It waits for a second itself.

    private readonly Client _client = new(services);

    /// <summary>Asks all of them at once; takes a second, or two when one is silent, and throws nothing.</summary>
    public async Task<PeerReading> AskAsync()
    {
        var others = Others();
        var answers = await Task.WhenAll(others.Select(AskAsync));
        var reached = others.Where((_, i) => answers[i] is not null).ToList();
        return new(others.Count, reached.Count, answers.Any(answer => answer is true))
        {
            CutFrom = await FindCutAsync(others.Except(reached), reached),
        };
    }

    /// <summary>Tells all the others that a profile has changed; takes a second at most and throws nothing.</summary>
    internal Task TellOfProfileAsync(string profileId) =>
        Task.WhenAll(Others().Select(silo => TryAsync(_client.Of(silo).ProfileChangedAsync(profileId), Patience)));

    /// <summary>Tells all the others that an API key was revoked; takes a second at most and throws nothing.</summary>
    public Task TellOfKeyAsync(string keyId) =>
        Task.WhenAll(Others().Select(silo => TryAsync(_client.Of(silo).KeyRevokedAsync(keyId), Patience)));

    /// <summary>Asks one silo; gives whether the database answers it, and null when the silo itself does not answer.</summary>
    internal async Task<bool?> AskAsync(SiloAddress silo) => await TryAsync(_client.Of(silo).HasDatabaseAsync(), Patience);

    /// <summary>A silent silo that answers somebody else is not dead: the line to it is cut, and of its two ends the younger one gives
    /// way.</summary>
    private async Task<string?> FindCutAsync(IEnumerable<SiloAddress> silent, List<SiloAddress> reached)
    {
        foreach (var other in silent.Where(other => other.Generation < silos.SiloAddress.Generation))
        {
            var answers = await Task.WhenAll(reached.Select(silo => TryAsync(_client.Of(silo).ReachesAsync(other), PatienceForAnother)));
            if (answers.Any(answer => answer is true))
                return other.Endpoint.ToString();
        }

        return null;
    }

    private List<SiloAddress> Others() =>
        [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress))];

    private async Task<bool?> TryAsync(Task<bool> question, TimeSpan patience)
    {
        try
        {
            return await question.WaitAsync(patience, clock);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }

    private sealed class Client(IServiceProvider services) : GrainServiceClient<ISiloPulse>(services)
    {
        public ISiloPulse Of(SiloAddress silo) => GetGrainService(silo);
    }
}

/// <summary>What one round of questions to the other silos has shown.</summary>
/// <param name="Others">How many others the cluster takes for alive.</param>
/// <param name="Reached">How many of them have answered.</param>
/// <param name="HaveDatabase">Whether the database answers any of them.</param>
public readonly record struct PeerReading(int Others, int Reached, bool HaveDatabase)
{
    /// <summary>Gets the older silo that answers others and not this one; null when there is none.</summary>
    public string? CutFrom { get; init; }
}
