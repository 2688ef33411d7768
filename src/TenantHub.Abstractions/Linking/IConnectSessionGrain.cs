using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Linking;

/// <summary>
/// One connect session: for half an hour a customer's admin may link or relink one account, once. The key is the hash of its token
/// (<see cref="ConnectSessionToken"/>). Calls run one after the other, so a form that is sent twice links once.
/// </summary>
[Alias("tenanthub.connect-session")]
public interface IConnectSessionGrain : IGrainWithStringKey
{
    /// <summary>Opens the session.</summary>
    /// <param name="request">For whom, and what is to be linked.</param>
    [Alias("Create")]
    Task<ConnectSessionResult> CreateAsync(ConnectSessionRequest request);

    /// <summary>Describes the session and what has come of it.</summary>
    [Alias("Describe"), ReadOnly, ResponseTimeout("00:04:00")]
    Task<ConnectSessionResult> DescribeAsync();

    /// <summary>Links the account with what the admin has filled in, or corrects the account that this session has linked.</summary>
    /// <param name="submission">The form.</param>
    [Alias("Submit"), ResponseTimeout("00:04:00")]
    Task<ConnectSessionResult> SubmitAsync(LinkSubmission submission);

    /// <summary>Looks again whether the linked account works; not more often than every few seconds. It ends the session when it
    /// does.</summary>
    [Alias("Check"), ResponseTimeout("00:04:00")]
    Task<ConnectSessionResult> CheckAsync();
}

/// <summary>A session, or why there is none: exactly one of the two.</summary>
/// <param name="Session">The session.</param>
/// <param name="Error">Why there is none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.connect-session-result")]
public sealed record ConnectSessionResult([property: Id(0)] ConnectSession? Session, [property: Id(1)] ServiceError? Error);
