using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Quotas;

/// <summary>
/// One of Autodesk's limits; the key is <c>client id | quota group</c>. All accounts that use the client id share it, because Autodesk
/// counts by client id.
/// </summary>
[Alias("tenanthub.quota")]
public interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>Describes the limit, its use and who waits; answers at once.</summary>
    [Alias("Describe"), ReadOnly]
    Task<QuotaDescription> DescribeAsync();

    /// <summary>Changes the limit; it holds at once and survives restarts.</summary>
    /// <param name="requestsPerMinute">The new limit, 1 to 1,000,000; null for Autodesk's published one.</param>
    [Alias("SetLimit")]
    Task<QuotaResult> SetLimitAsync(int? requestsPerMinute);

    /// <summary>Ends the pause that a 429 has begun, and forgets the lower limit that it has taught; one request is sent alone
    /// first. Does nothing when there is neither.</summary>
    [Alias("LiftPause")]
    Task<QuotaResult> LiftPauseAsync();
}

/// <summary>A limit as it is now, or why it was not changed: exactly one of the two.</summary>
/// <param name="Quota">The limit and its use.</param>
/// <param name="Error">Why it was not changed.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-result")]
public sealed record QuotaResult([property: Id(0)] QuotaDescription? Quota, [property: Id(1)] ServiceError? Error);

/// <summary>One limit and its use.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-description")]
public sealed record QuotaDescription
{
    /// <summary>Gets the client id.</summary>
    [Id(0)]
    public required string ClientId { get; init; }

    /// <summary>Gets the quota group.</summary>
    [Id(1)]
    public required string QuotaGroup { get; init; }

    /// <summary>Gets the limit: requests per window.</summary>
    [Id(2)]
    public required int Limit { get; init; }

    /// <summary>Gets where the limit comes from: <c>published</c> by Autodesk, <c>default</c> where Autodesk publishes none,
    /// <c>configured</c>.</summary>
    [Id(3)]
    public required string LimitSource { get; init; }

    /// <summary>Gets the limit that Autodesk was seen to hold to, when that is lower; null when it is not.</summary>
    [Id(4)]
    public int? LearnedLimit { get; init; }

    /// <summary>Gets the window.</summary>
    [Id(5)]
    public required TimeSpan Window { get; init; }

    /// <summary>Gets how many requests were sent within the last window, those that run included.</summary>
    [Id(6)]
    public required int Used { get; init; }

    /// <summary>Gets how many of them run.</summary>
    [Id(7)]
    public required int Running { get; init; }

    /// <summary>Gets until when nothing is sent after a 429; null when there is no pause.</summary>
    [Id(8)]
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Gets how often Autodesk has answered 429 since this limit became active on its silo.</summary>
    [Id(9)]
    public required long RateLimited { get; init; }

    /// <summary>Gets the accounts that wait, the next one first.</summary>
    [Id(10)]
    public required IReadOnlyList<QuotaWaiting> Waiting { get; init; }

    /// <summary>Gets until when Autodesk has told us to wait; later than <see cref="PausedUntil"/> when one request is tried before; null
    /// when it has not.</summary>
    [Id(11)]
    public DateTimeOffset? AskedUntil { get; init; }
}

/// <summary>An account that waits for permits.</summary>
/// <param name="AccountId">The linked account.</param>
/// <param name="Weight">Its share.</param>
/// <param name="Calls">How many of its calls wait.</param>
/// <param name="ExpectedStartAt">When the first of them is expected to be sent.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-waiting")]
public sealed record QuotaWaiting(
    [property: Id(0)] string AccountId,
    [property: Id(1)] int Weight,
    [property: Id(2)] int Calls,
    [property: Id(3)] DateTimeOffset ExpectedStartAt
);
