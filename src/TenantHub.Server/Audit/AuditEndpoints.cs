using System.Globalization;
using System.Text.Json;
using TenantHub.Audit;
using TenantHub.Server.Calls;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Audit;

/// <summary>Who changed what, and the proof that nobody has changed that record.</summary>
internal static class AuditEndpoints
{
    private static readonly byte[] NewLine = [(byte)'\n'];

    public static RouteGroupBuilder MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/audit").WithTags("Audit");
        audit
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.OperateShared)
            .WithName("list_audit")
            .WithSummary("Lists changes, newest first")
            .Takes(AuditQuery.Parameters)
            .Produces<AuditPage>();
        app.MapGet("/requests/platform-logs", ListPlatformLogsAsync)
            .RequireAuthorization(Policies.OperateShared)
            .WithTags("Request Logs")
            .WithName("list_platform_logs")
            .WithSummary("StackOne's list of requests to the platform itself: here the audited changes, newest first")
            .Takes(AuditQuery.Parameters)
            .Produces<PlatformLogPage>();
        audit
            .MapGet("/verify", VerifyAsync)
            .RequireAuthorization(Policies.OperateShared)
            .WithName("verify_audit")
            .Takes(AuditQuery.VerifyParameters)
            .WithSummary("Looks over the chain from where it was last found sound; from=1 begins with its first row")
            .Produces<AuditVerificationResponse>();
        audit
            .MapGet("/export", Export)
            .RequireAuthorization(Policies.Administer)
            .WithName("export_audit")
            .WithSummary("Streams every row of the chain, one JSON object a line")
            .Produces<AuditEntry>(StatusCodes.Status200OK, "application/x-ndjson");
        return audit;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IAuditLog log, CancellationToken cancellationToken)
    {
        var (filter, error) = AuditQuery.Read(request.Query);
        if (filter is null)
            return new ErrorResult(error!);
        var changes = await log.ListAsync(filter, cancellationToken);
        return Results.Json(new AuditPage([.. changes.Select(ChangeResponse.From)], AuditQuery.Next(filter, changes)), JsonBody.Options);
    }

    private static async Task<IResult> ListPlatformLogsAsync(HttpRequest request, IAuditLog log, CancellationToken cancellationToken)
    {
        var (filter, error) = AuditQuery.Read(request.Query);
        if (filter is null)
            return new ErrorResult(error!);
        var changes = await log.ListAsync(filter, cancellationToken);
        return Results.Json(new PlatformLogPage(AuditQuery.Next(filter, changes), [.. changes.Select(PlatformLog.From)]), JsonBody.Options);
    }

    private static async Task<IResult> VerifyAsync(HttpRequest request, IAuditLog log, CancellationToken cancellationToken)
    {
        var (known, range, error) = AuditQuery.ReadVerify(request.Query);
        if (range is null)
            return new ErrorResult(error!);
        return Results.Json(
            AuditVerificationResponse.Of(await log.VerifyAsync(known, range, cancellationToken: cancellationToken)),
            JsonBody.Options
        );
    }

    private static IResult Export(HttpRequest request, IAuditLog log, CancellationToken cancellationToken) =>
        QueryReader.FaultWithoutFilters(request) is { } fault
            ? new ErrorResult(fault)
            : Results.Stream(
                async body =>
                {
                    await foreach (var entry in log.ReadAsync(cancellationToken))
                    {
                        await JsonSerializer.SerializeAsync(body, entry, JsonBody.Options, cancellationToken);
                        await body.WriteAsync(NewLine, cancellationToken);
                    }
                },
                "application/x-ndjson"
            );
}

/// <summary>A page of changes; next is given as <c>next</c> to get the one after it.</summary>
internal sealed record AuditPage(IReadOnlyList<ChangeResponse> Data, string? Next);

/// <summary>One change.</summary>
/// <param name="Sequence">The number of the row that holds the intent.</param>
/// <param name="At">When it was asked for.</param>
/// <param name="Actor">Who.</param>
/// <param name="ActorName">Who, for people.</param>
/// <param name="Address">From which IP address.</param>
/// <param name="Action">What.</param>
/// <param name="Target">Of what.</param>
/// <param name="Outcome"><c>succeeded</c>, an error code, or <c>unknown</c>; null while it runs or when its end was never written.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Hash">The row's hash.</param>
internal sealed record ChangeResponse(
    long Sequence,
    DateTimeOffset At,
    string Actor,
    string ActorName,
    string Address,
    string Action,
    string Target,
    string? Outcome,
    DateTimeOffset? EndedAt,
    string Hash
)
{
    public static ChangeResponse From(AuditedChange change) =>
        new(
            change.Intent.Sequence,
            change.Intent.At,
            change.Intent.Actor,
            change.Intent.ActorName,
            change.Intent.Address,
            change.Intent.Action,
            change.Target,
            change.Outcome,
            change.EndedAt,
            change.Intent.Hash
        );
}

/// <summary>StackOne's PlatformLogsPaginated.</summary>
internal sealed record PlatformLogPage(string? Next, IReadOnlyList<PlatformLog> Data);

/// <summary>StackOne's PlatformLog, made of an audited change: the resource is what was changed; success is null while the change
/// runs.</summary>
internal sealed record PlatformLog(
    string RequestId,
    DateTimeOffset EventDatetime,
    DateTimeOffset StartTime,
    DateTimeOffset? EndTime,
    double? Duration,
    string Category,
    string Action,
    string Resource,
    string? AccountId,
    string SourceType,
    string SourceId,
    string SourceValue,
    string SourceIp,
    bool? Success,
    string? Outcome
)
{
    private const string AccountTarget = "account/";

    public static PlatformLog From(AuditedChange change) =>
        new(
            change.Intent.Sequence.ToString(CultureInfo.InvariantCulture),
            change.Intent.At,
            change.Intent.At,
            change.EndedAt,
            (change.EndedAt - change.Intent.At)?.TotalMilliseconds,
            "platform",
            change.Intent.Action,
            change.Target,
            change.Target.StartsWith(AccountTarget, StringComparison.Ordinal) ? change.Target[AccountTarget.Length..] : null,
            change.Intent.Actor.StartsWith("key:", StringComparison.Ordinal) ? CallLogItem.KeySource : CallLogItem.PersonSource,
            change.Intent.Actor,
            change.Intent.ActorName,
            change.Intent.Address,
            change.Outcome is { } outcome ? outcome == AuditTrail.Succeeded : null,
            change.Outcome
        );
}

/// <summary>What a look over the chain has found.</summary>
/// <param name="IsSound">Whether the rows that were looked at, and the heads that were compared, are as they were written.</param>
/// <param name="Head">The end of the chain.</param>
/// <param name="From">The first row that was looked at.</param>
/// <param name="To">The last row that was looked at.</param>
/// <param name="Next">Where the next look goes on, as <c>from</c>; null when the end was reached.</param>
/// <param name="Kept">The head up to which the chain was found sound, kept in the database; null when there is none.</param>
/// <param name="Faults">What is wrong, the first hundred faults.</param>
internal sealed record AuditVerificationResponse(
    bool IsSound,
    AuditHead Head,
    long From,
    long To,
    long? Next,
    AuditHead? Kept,
    IReadOnlyList<AuditFault> Faults
)
{
    public static AuditVerificationResponse Of(AuditVerification found) =>
        new(found.Faults.Count == 0, found.Head, found.From, found.To, found.Next, found.Kept, found.Faults);
}
