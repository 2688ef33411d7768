using TenantHub.Actions;
using TenantHub.Calls;

namespace TenantHub.Server.Calls;

/// <summary>StackOne's UnifiedLogsPaginated.</summary>
internal sealed record CallLogPage(string? Next, IReadOnlyList<CallLogItem> Data);

/// <summary>StackOne's StepLogsPaginated.</summary>
internal sealed record StepLogPage(string? Next, IReadOnlyList<CallLogStep> Data);

/// <summary>StackOne's UnifiedLogResult.</summary>
internal sealed record CallLogResult(CallLogItem Data);

/// <summary>StackOne's UnifiedLogs; method and path are those of the action's request to Autodesk, with the parameters in braces. The rest
/// is ours.</summary>
internal sealed record CallLogItem
{
    public const string KeySource = "API_KEY";
    public const string PersonSource = "USER";

    public required string RequestId { get; init; }

    public required DateTimeOffset EventDatetime { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public required DateTimeOffset EndTime { get; init; }

    public required string AccountId { get; init; }

    public string? HttpMethod { get; init; }

    public string? Path { get; init; }

    /// <summary>Gets the HTTP status with which TenantHub answered the call.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the duration in milliseconds.</summary>
    public required double Duration { get; init; }

    public required bool Success { get; init; }

    public required string Provider { get; init; }

    /// <summary>Gets Autodesk's product.</summary>
    public string? Service { get; init; }

    public required string Action { get; init; }

    public required bool IsWorker { get; init; }

    /// <summary>Gets whether an API key or a person called.</summary>
    public string? SourceType { get; init; }

    /// <summary>Gets who called.</summary>
    public string? SourceId { get; init; }

    /// <summary>Gets <c>succeeded</c>, <c>canceled</c> or an error code.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets Autodesk's last status.</summary>
    public int? ProviderStatus { get; init; }

    /// <summary>Gets where a successful answer came from.</summary>
    public AnswerOrigin? AnswerOrigin { get; init; }

    /// <summary>Gets the door through which the call came: <c>mcp</c>; null for all others.</summary>
    public string? Via { get; init; }

    /// <summary>Gets the name of the caller's program, as it says itself.</summary>
    public string? Client { get; init; }

    public string? OriginOwnerId { get; init; }

    public string? ProfileId { get; init; }

    /// <summary>Gets the composite action that the call is a step of.</summary>
    public string? PartOf { get; init; }

    public string? TraceId { get; init; }

    /// <summary>Gets what the caller was told of a failure, without what the caller had given.</summary>
    public CallError? Error { get; init; }

    /// <summary>Gets the steps, when they are asked for.</summary>
    public IReadOnlyList<CallLogStep>? StepRequests { get; init; }

    public static CallLogItem From(CallRecord call, bool withSteps) =>
        new()
        {
            RequestId = call.Id,
            EventDatetime = call.StartedAt,
            StartTime = call.StartedAt,
            EndTime = call.StartedAt + call.Duration,
            AccountId = call.AccountId,
            HttpMethod = call.Method,
            Path = call.Path,
            Status = CallStatus.Of(call),
            Duration = Milliseconds(call.Duration),
            Success = call.Outcome == CallRecord.Succeeded,
            Provider = Connector.Key,
            Service = call.Product,
            Action = call.ActionId,
            IsWorker = false,
            SourceType =
                call.CallerId is not { } caller ? null
                : caller.StartsWith("key:", StringComparison.Ordinal) ? KeySource
                : PersonSource,
            SourceId = call.CallerId,
            Outcome = call.Outcome,
            ProviderStatus = call.ProviderStatus,
            AnswerOrigin = call.Outcome == CallRecord.Succeeded ? call.Origin : null,
            Via = call.Via,
            Client = call.Client,
            OriginOwnerId = call.OriginOwnerId,
            ProfileId = call.ProfileId,
            PartOf = call.PartOf,
            TraceId = call.TraceId,
            Error = call.Error,
            StepRequests = withSteps ? [.. call.Steps.Select((step, index) => CallLogStep.From(call, step, index))] : null,
        };

    internal static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 3);
}

/// <summary>StackOne's StepLog, for requests and for waits; the rest is ours.</summary>
internal sealed record CallLogStep
{
    public required string Id { get; init; }

    public required string RequestId { get; init; }

    /// <summary>Gets what it was: <c>request</c>, or a wait: <c>lane</c>, <c>token</c>, <c>quota</c>, <c>backoff</c>,
    /// <c>read_back</c>.</summary>
    public required CallStepKind Kind { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public required DateTimeOffset EndTime { get; init; }

    public required string AccountId { get; init; }

    public string? HttpMethod { get; init; }

    public string? Path { get; init; }

    /// <summary>Gets Autodesk's status.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the duration in milliseconds.</summary>
    public required double Duration { get; init; }

    public required bool Success { get; init; }

    public required string Provider { get; init; }

    /// <summary>Gets the action whose request it was: another one than the call's where TenantHub looked for something.</summary>
    public string? Action { get; init; }

    public required string Outcome { get; init; }

    public int? RequestBytes { get; init; }

    public int? ResponseBytes { get; init; }

    public static CallLogStep From(CallRecord call, CallStep step, int index) =>
        new()
        {
            Id = $"{call.Id}/{index + 1}",
            RequestId = call.Id,
            Kind = step.Kind,
            StartTime = call.StartedAt + step.After,
            EndTime = call.StartedAt + step.After + step.Duration,
            AccountId = call.AccountId,
            HttpMethod = step.Method,
            Path = step.Path,
            Status = step.Status,
            Duration = CallLogItem.Milliseconds(step.Duration),
            Success = step is { Outcome: "ok" or "found" } and not { Status: >= 400 },
            Provider = Connector.Key,
            Action = step.ActionId,
            Outcome = step.Outcome,
            RequestBytes = step.RequestBytes,
            ResponseBytes = step.ResponseBytes,
        };
}
