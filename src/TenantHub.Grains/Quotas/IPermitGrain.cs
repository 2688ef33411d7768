using Orleans.Concurrency;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Quotas;

/// <summary>The side of a quota that account grains use: permits. Same grain and key as <see cref="IQuotaGrain"/>.</summary>
[Alias("tenanthub.permits")]
internal interface IPermitGrain : IGrainWithStringKey
{
    /// <summary>Waits for a permit for one request; refuses at once when it cannot be had in time.</summary>
    [Alias("Acquire"), ResponseTimeout("00:02:30")]
    Task<PermitResult> AcquireAsync(PermitRequest request, CancellationToken cancellationToken);

    /// <summary>Ends a permit. A message that gets lost is made good by the permit's expiry.</summary>
    [Alias("Complete"), OneWay]
    Task CompleteAsync(long permit, PermitUse use, TimeSpan? retryAfter);

    /// <summary>Tells where an account stands: how many are before it, and when it is expected to start.</summary>
    [Alias("Foresee")]
    Task<QuotaForecast> ForeseeAsync(string accountId);
}

/// <summary>Asks for a permit.</summary>
/// <param name="AccountId">Who asks.</param>
/// <param name="Weight">Its share.</param>
/// <param name="MaxWait">How long it can wait.</param>
/// <param name="IsRetry">Whether it repeats a request: repeats have a budget.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.permit-request")]
internal sealed record PermitRequest(
    [property: Id(0)] string AccountId,
    [property: Id(1)] int Weight,
    [property: Id(2)] TimeSpan MaxWait,
    [property: Id(3)] bool IsRetry
);

/// <summary>A permit, or why there is none: exactly one of the two.</summary>
/// <param name="Permit">Its number.</param>
/// <param name="Refusal">Why there is none.</param>
/// <param name="State">The quota after this.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.permit-result")]
internal sealed record PermitResult(
    [property: Id(0)] long? Permit,
    [property: Id(1)] ServiceError? Refusal,
    [property: Id(2)] RateLimit State
);

/// <summary>What became of a permit.</summary>
internal enum PermitUse
{
    /// <summary>Nothing was sent.</summary>
    Unused,

    /// <summary>A request was sent, whatever became of it.</summary>
    Sent,

    /// <summary>Autodesk answered 429.</summary>
    RateLimited,
}

/// <summary>What an account has to expect.</summary>
/// <param name="State">The quota now.</param>
/// <param name="Position">The account's place among those that wait, from 1; the place it would get when it does not wait.</param>
/// <param name="AccountsWaiting">How many accounts wait.</param>
/// <param name="ExpectedStartAt">When its next request is expected to start.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.quota-forecast")]
internal sealed record QuotaForecast(
    [property: Id(0)] RateLimit State,
    [property: Id(1)] int Position,
    [property: Id(2)] int AccountsWaiting,
    [property: Id(3)] DateTimeOffset ExpectedStartAt
);
