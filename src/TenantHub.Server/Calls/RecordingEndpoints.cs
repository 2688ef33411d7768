using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Calls;

/// <summary>Calls of one account recorded with their bodies, for support (docs/adr/0030). Beginning, stopping and reading are audited.</summary>
internal static class RecordingEndpoints
{
    public const string BeginName = "begin_recording";
    public const string StopName = "stop_recording";
    public const string ReadName = "read_recorded_call";
    private const int Listed = 500;
    private const int DefaultCalls = 20;

    public static RouteGroupBuilder MapRecordings(this IEndpointRouteBuilder app)
    {
        var recording = app.MapGroup("/accounts/{id}/recording").WithTags("Recordings").RequireAuthorization(Policies.Operate);
        recording
            .MapPost("", BeginAsync)
            .Audited("account/{id}")
            .WithName(BeginName)
            .WithSummary("Records the account's next calls with their bodies, for 15 minutes at most")
            .Accepts<RecordingBody>("application/json")
            .Produces<RecordingResponse>();
        recording
            .MapDelete("", StopAsync)
            .Audited("account/{id}")
            .WithName(StopName)
            .WithSummary("Stops recording; what was recorded stays for a day")
            .Produces<RecordingResponse>();
        recording
            .MapGet("", GetAsync)
            .WithName("get_recording")
            .WithSummary("Tells whether the account is recorded, and lists what was recorded within a day")
            .Produces<RecordingResponse>();
        recording
            .MapGet("/{requestId}", ReadAsync)
            .Audited("account/{id}/call/{requestId}")
            .WithName(ReadName)
            .WithSummary("Gives a recorded call with its bodies; secrets, tokens and signed URLs are taken out")
            .Produces<RecordedCallResponse>();
        return recording;
    }

    /// <summary>A recorded call of an account that the caller may see, and may have seen when the call was made.</summary>
    public static async Task<(RecordedCall? Call, ServiceError? Error)> FindAsync(
        string id,
        string requestId,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        CancellationToken cancellationToken
    )
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return (null, error);
        return
            Guid.TryParseExact(requestId, "D", out var known)
            && await recordings.FindAsync(id, known.ToString(), cancellationToken) is { } call
            && Caller.Of(user).MaySee(call.OriginOwnerId, call.ProfileId)
            ? (call, null)
            : (null, RequestErrors.NotRecorded(requestId));
    }

    private static async Task<IResult> BeginAsync(
        string id,
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<RecordingBody>(request, cancellationToken);
        return body is null
            ? new ErrorResult(error!)
            : await AnswerAsync(
                id,
                user,
                grains,
                recordings,
                account => account.BeginRecordingAsync(body.Calls ?? DefaultCalls),
                cancellationToken
            );
    }

    private static Task<IResult> StopAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        CancellationToken cancellationToken
    ) => AnswerAsync(id, user, grains, recordings, account => account.StopRecordingAsync(), cancellationToken);

    private static Task<IResult> GetAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        CancellationToken cancellationToken
    ) => AnswerAsync(id, user, grains, recordings, account => account.DescribeAsync(), cancellationToken);

    private static async Task<IResult> ReadAsync(
        string id,
        string requestId,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        CancellationToken cancellationToken
    ) =>
        await FindAsync(id, requestId, user, grains, recordings, cancellationToken) switch
        {
            { Call: { } call } => Results.Json(RecordedCallResponse.From(call), JsonBody.Options),
            { Error: var error } => new ErrorResult(error!),
        };

    private static async Task<IResult> AnswerAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ICallRecordings recordings,
        Func<ILinkedAccountGrain, Task<AccountResult>> change,
        CancellationToken cancellationToken
    )
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return new ErrorResult(error!);
        if (await change(account) is AccountResult.Failed { Error: var failure })
            return new ErrorResult(failure);
        var caller = Caller.Of(user);
        var recorded = await recordings.ListAsync(id, Listed, cancellationToken);
        return Results.Json(
            new RecordingResponse(
                (await account.GetLiveStateAsync())?.Recording,
                [
                    .. recorded
                        .Where(call => caller.MaySee(call.OriginOwnerId, call.ProfileId))
                        .Select(call => new RecordedCallItem(call.CallId, call.RecordingId, call.ActionId, call.StartedAt, call.Outcome)),
                ]
            ),
            JsonBody.Options
        );
    }
}

/// <summary>The body of POST /accounts/{id}/recording.</summary>
/// <param name="Calls">How many calls, 1 to 100; 20 when nothing is said.</param>
internal sealed record RecordingBody(int? Calls = null);

/// <summary>Whether an account is recorded, and what was recorded within a day, newest first.</summary>
internal sealed record RecordingResponse(CallRecording? Recording, IReadOnlyList<RecordedCallItem> Recorded);

/// <summary>A recorded call without its bodies; the id is that of the call log.</summary>
internal sealed record RecordedCallItem(string RequestId, string RecordingId, string Action, DateTimeOffset StartedAt, string Outcome);

/// <summary>A recorded call.</summary>
internal sealed record RecordedCallResponse
{
    public required string RequestId { get; init; }

    public required string AccountId { get; init; }

    public required string RecordingId { get; init; }

    public required string Action { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string Outcome { get; init; }

    /// <summary>Gets what the caller gave: path, query, headers and body, as one JSON object.</summary>
    public RecordedBody? Input { get; init; }

    /// <summary>Gets the requests to Autodesk; an answer's body is kept when it was no success.</summary>
    public required IReadOnlyList<RecordedRequest> Requests { get; init; }

    /// <summary>Gets the data that the caller got.</summary>
    public RecordedBody? Answer { get; init; }

    /// <summary>Gets the error that the caller got.</summary>
    public string? Error { get; init; }

    public static RecordedCallResponse From(RecordedCall call) =>
        new()
        {
            RequestId = call.CallId,
            AccountId = call.AccountId,
            RecordingId = call.RecordingId,
            Action = call.ActionId,
            StartedAt = call.StartedAt,
            Outcome = call.Outcome,
            Input = call.Input,
            Requests = call.Requests,
            Answer = call.Answer,
            Error = call.Error,
        };
}
