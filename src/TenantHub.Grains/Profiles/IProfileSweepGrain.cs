namespace TenantHub.Profiles;

/// <summary>Has the accounts of a profile verified again, one page after the other; the key is the profile's id.</summary>
[Alias("tenanthub.profile-sweep")]
internal interface IProfileSweepGrain : IGrainWithStringKey
{
    /// <summary>Begins a sweep; one that runs begins anew.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Gives how far the sweep has come.</summary>
    [Alias("Progress")]
    Task<SweepProgress> ProgressAsync();
}

/// <summary>How far a sweep has come.</summary>
/// <param name="IsRunning">Whether accounts are still to be verified.</param>
/// <param name="Verified">How many have been.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.sweep-progress")]
internal sealed record SweepProgress([property: Id(0)] bool IsRunning, [property: Id(1)] int Verified);
