using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Paging;
using TenantHub.Autodesk.ReadBack;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Actions;

/// <summary>Where the answer to a write was lost, looks at Autodesk for what the write was to make. The catalog says how.</summary>
internal sealed partial class ReadBack(
    ActionCatalog catalog,
    AutodeskCalls calls,
    TenantHubTelemetry telemetry,
    IOptions<ResilienceOptions> resilience,
    TimeProvider clock,
    ILogger<ReadBack> logger
)
{
    private const int MaxPagesToLookAt = 20;

    /// <summary>Looks until the thing is found, or until the write cannot be on its way any more.</summary>
    /// <param name="write">The write.</param>
    /// <param name="sentAt">When it was sent first: what is older is not its work.</param>
    /// <param name="lostAt">When it was last known to be on its way.</param>
    public async Task<Sighting> LookAsync(ApsCall write, DateTimeOffset sentAt, DateTimeOffset lostAt)
    {
        if (write.Action.ReadBack is not { } how)
            return new Sighting(null, false, "Autodesk offers no way to look for it.");
        using var span = TenantHubTelemetry.StartStep("read_back");
        var since = clock.GetTimestamp();
        while (true)
        {
            write.Place.Phase = CallPhase.ReadBack;
            var lookedAt = clock.GetUtcNow();
            var seen = await LookOnceAsync(write, how, sentAt);
            if (seen.Found is not null)
                LogReadBack(write.Account.Id, write.Action.Id);
            if (!seen.IsAbsent || lookedAt >= lostAt + resilience.Value.SettleTime)
            {
                telemetry.ReadBack(seen.Outcome);
                write.Recorder?.Add(CallStepKind.ReadBack, clock.GetElapsedTime(since), seen.Outcome);
                return seen;
            }

            await Task.Delay(lostAt + resilience.Value.SettleTime - lookedAt, clock, CancellationToken.None);
        }
    }

    private async Task<Sighting> LookOnceAsync(ApsCall write, ActionReadBack how, DateTimeOffset sentAt)
    {
        var read = catalog.Find(how.Action)!;
        string? cursor = null;
        for (var page = 0; page < MaxPagesToLookAt; page++)
        {
            if (
                WriteEvidence.Look(how, write.Request, cursor) is not { } request
                || InputValidator.Validate(read, request, write.Context) is not null
            )
                return new Sighting(null, false, "The input does not hold what is needed to look for it.");

            var call = write.Ask(read, request, write.Account.StartByDefault());
            await calls.RunAsync(call, CancellationToken.None);
            if (read.Paging is null && call.Response is ApsResponse.Answered { Status: 404 })
                return Absent();
            if (call.Response is not ApsResponse.Answered { Succeeded: true } answered)
                return new Sighting(null, false, $"Looking for it with {read.Id} failed too.");
            if (
                ApsPaging.Conclude(read, request, write.Context, answered) is not ActionResult.Succeeded listed
                || !TryFind(listed, out var thing)
            )
                return new Sighting(null, false, $"What {read.Id} answered cannot be read.");
            if (thing is not null)
                return new Sighting(thing, false, "");
            if (listed.Next is null)
                return Absent();
            cursor = listed.Next;
        }

        return new Sighting(null, false, $"It is not among the first {MaxPagesToLookAt} pages of {read.Id}.");

        bool TryFind(ActionResult.Succeeded listed, out JsonBytes? found)
        {
            found = null;
            try
            {
                if (listed.Data is { } data)
                    found = WriteEvidence.Find(how, read.Paging?.Rows, write.Request, sentAt, data);
                return true;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
            {
                return false;
            }
        }
    }

    private Sighting Absent() =>
        new(null, true, string.Create(CultureInfo.InvariantCulture, $"It was not there at {clock.GetUtcNow():u}."));

    [LoggerMessage(2005, LogLevel.Warning, "Account {AccountId}: the answer to {ActionId} was lost; its effect was looked for and found")]
    private partial void LogReadBack(string accountId, string actionId);
}

/// <summary>What a look for a lost write has shown.</summary>
/// <param name="Found">The thing, as the write would have answered.</param>
/// <param name="IsAbsent">Whether it is certain that the thing is not there.</param>
/// <param name="Seen">The same for people.</param>
internal sealed record Sighting(JsonBytes? Found, bool IsAbsent, string Seen)
{
    public string Outcome =>
        Found is not null ? "found"
        : IsAbsent ? "absent"
        : "unknown";

    /// <summary>What it means before the write is sent: it is there; or nobody can know, and then nothing is sent; or it is not there, and
    /// may be sent (null).</summary>
    public ActionResult? ToResult(ApsCall call)
    {
        if (Found is { } thing)
            return new ActionResult.Succeeded(call.Action.Success[0], thing, null) { Origin = AnswerOrigin.ReadBack };
        return IsAbsent ? null : (ActionResult)Unknown(call);
    }

    public ServiceError Unknown(ApsCall call)
    {
        var error = call.Response is { } response
            ? ApsFailureClassifier.Classify(call.Action, call.Context, response)
            : new ServiceError(
                ErrorCode.OutcomeUnknown,
                ErrorSource.AutodeskApi,
                "The write was sent before and its answer was lost. Whether it took effect is not known; it was not sent again."
            );
        return error with
        {
            Detail = $"{error.Detail} {Seen}",
            NextStep = call.Action.ReadBack is null
                ? "Look for the effect in Autodesk's own pages before you repeat the write with a new key."
                : "Send the write again with the same Idempotency-Key: it is looked for first, and sent only when it is not there.",
        };
    }
}
