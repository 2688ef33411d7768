using Orleans.Runtime.Services;

namespace TenantHub.Health;

/// <summary>
/// Asks the other silos of the cluster whether they are there. Orleans does so too, and does not tell what it has seen until it has declared
/// somebody dead, which a silo that is cut off cannot do.
/// </summary>
public sealed class Peers(IServiceProvider services, ISiloStatusOracle silos, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Client _client = new(services);

    /// <summary>Asks all of them at once; takes a second at most and throws nothing.</summary>
    public async Task<PeerReading> AskAsync()
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress));
        var answers = await Task.WhenAll(others.Select(AskAsync));
        return new(answers.Length, answers.Count(answer => answer is not null), answers.Any(answer => answer is true));
    }

    private async Task<bool?> AskAsync(SiloAddress silo)
    {
        try
        {
            return await _client.Of(silo).HasDatabaseAsync().WaitAsync(Patience, clock);
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
public readonly record struct PeerReading(int Others, int Reached, bool HaveDatabase);
