using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>How an operation on an account ended.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.account-result")]
public abstract record AccountResult
{
    private AccountResult() { }

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static implicit operator AccountResult(ServiceError error) => FromServiceError(error);

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static AccountResult FromServiceError(ServiceError error) => new Failed(error);

    /// <summary>The operation took place; this is the account after it.</summary>
    /// <param name="Account">The account without its secrets.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.account-result.described")]
    public sealed record Described([property: Id(0)] AccountDescription Account) : AccountResult;

    /// <summary>The operation did not take place.</summary>
    /// <param name="Error">Why, and what to do.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.account-result.failed")]
    public sealed record Failed([property: Id(0)] ServiceError Error) : AccountResult;
}
