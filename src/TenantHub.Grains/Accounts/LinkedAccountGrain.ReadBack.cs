using System.Globalization;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Paging;
using TenantHub.Autodesk.ReadBack;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Accounts;

/// <summary>
/// A write takes effect once. Where its answer is lost, the hub reads back what it was to make (the catalog says how) and answers with it.
/// It sends the write again only when the caller gave an idempotency key, and only after it has seen that the write had no effect and has
/// waited until it cannot be on its way any more.
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private const int MaxPagesToLookAt = 20;

    /// <summary>Sends the call. Gives its result when that is not simply Autodesk's response: found by looking, or not known.</summary>
    private async Task<ActionResult?> SendOnceAsync(ApsCall call, KeyClaim key, CancellationToken cancellationToken)
    {
        key.Place = call.Place;
        var doubtful = key.Unfinished is not null && !call.Action.RetrySafe;
        if (doubtful)
        {
            if (Conclude(call, await LookAsync(call, key.Unfinished!.CreatedAt, key.Unfinished.SendingAt)) is { } before) return before;
        }

        for (var sends = 1; ; sends++)
        {
            await CallAsync(call, cancellationToken);
            if (call is { WasUncertain: true, Action.Method: "DELETE", Response: ApsResponse.Answered { Status: 404 } gone })
                return new ActionResult.Succeeded(gone.Status, null, null) { Origin = AnswerOrigin.ReadBack }; // Gone, as was asked for.
            if (call.Action.RetrySafe) return null;
            var conflict = doubtful && call.Response is ApsResponse.Answered { Status: 409 }; // With the earlier request, perhaps, which came late.
            if (!call.EndedUncertain && !conflict) return null;

            doubtful = true;
            var look = await LookAsync(call, key.Unfinished?.CreatedAt ?? call.FirstSentAt, _clock.GetUtcNow());
            if (look.Found is not null) return Conclude(call, look);
            if (conflict) return null;
            if (!look.IsAbsent || key.Key is null || sends == 2) return Unknown(call, look);
        }
    }

    /// <summary>What a look before sending means: it is there; or nobody can know, and then nothing is sent; or it is not there, and may be sent.</summary>
    private static ActionResult? Conclude(ApsCall call, Look look)
    {
        if (look.Found is { } thing) return new ActionResult.Succeeded(call.Action.Success[0], thing, null) { Origin = AnswerOrigin.ReadBack };
        return look.IsAbsent ? null : (ActionResult)Unknown(call, look);
    }

    private static HubError Unknown(ApsCall call, Look look)
    {
        var error = call.Response is { } response
            ? ApsFailureClassifier.Classify(call.Action, call.Context, response)
            : new HubError(ErrorCode.OutcomeUnknown, ErrorSource.AutodeskApi, "The write was sent before and its answer was lost. Whether it took effect is not known; it was not sent again.");
        return error with
        {
            Detail = $"{error.Detail} {look.Seen}",
            NextStep = call.Action.ReadBack is null
                ? "Look for the effect in Autodesk's own pages before you repeat the write with a new key."
                : "Send the write again with the same Idempotency-Key: the hub looks first, and sends it only when it is not there.",
        };
    }

    /// <summary>Looks until the thing is found, or until the write cannot be on its way any more.</summary>
    private async Task<Look> LookAsync(ApsCall write, DateTimeOffset sentAt, DateTimeOffset lostAt)
    {
        if (write.Action.ReadBack is not { } readBack) return new Look(null, false, "Autodesk offers no way to look for it.");
        using var span = HubTelemetry.StartStep("read_back");
        var since = _clock.GetTimestamp();
        while (true)
        {
            write.Place.Phase = CallPhase.ReadBack;
            var lookedAt = _clock.GetUtcNow();
            var look = await LookOnceAsync(write, readBack, sentAt);
            if (look.Found is not null) LogReadBack(Id, write.Action.Id);
            if (!look.IsAbsent || lookedAt >= lostAt + _resilience.SettleTime)
            {
                _telemetry.ReadBack(look.Outcome);
                write.Recorder?.Add(CallStepKind.ReadBack, _clock.GetElapsedTime(since), look.Outcome);
                return look;
            }

            await Task.Delay(lostAt + _resilience.SettleTime - lookedAt, _clock, CancellationToken.None);
        }
    }

    private async Task<Look> LookOnceAsync(ApsCall write, ActionReadBack readBack, DateTimeOffset sentAt)
    {
        var read = _catalog.Find(readBack.Action)!;
        string? cursor = null;
        for (var page = 0; page < MaxPagesToLookAt; page++)
        {
            if (WriteEvidence.Look(readBack, write.Request, cursor) is not { } request || InputValidator.Validate(read, request, write.Context) is not null)
                return new Look(null, false, "The input does not hold what is needed to look for it.");

            var call = new ApsCall(read, request, write.App, write.Context, write.Place, StartBy(_clock.GetTimestamp(), request));
            await CallAsync(call, CancellationToken.None);
            if (read.Paging is null && call.Response is ApsResponse.Answered { Status: 404 }) return Absent();
            if (call.Response is not ApsResponse.Answered { Succeeded: true } answered) return new Look(null, false, $"Looking for it with {read.Id} failed too.");
            if (ApsPaging.Conclude(read, request, write.Context, answered) is not ActionResult.Succeeded listed || !TryFind(out var thing))
                return new Look(null, false, $"What {read.Id} answered cannot be read.");
            if (thing is not null) return new Look(thing, false, "");
            if (listed.Next is null) return Absent();
            cursor = listed.Next;

            bool TryFind(out JsonBytes? found)
            {
                found = null;
                try
                {
                    if (listed.Data is { } data) found = WriteEvidence.Find(readBack, read.Paging?.Rows, write.Request, sentAt, data);
                    return true;
                }
                catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
                {
                    return false;
                }
            }
        }

        return new Look(null, false, $"It is not among the first {MaxPagesToLookAt} pages of {read.Id}.");
    }

    private Look Absent() => new(null, true, string.Create(CultureInfo.InvariantCulture, $"It was not there at {_clock.GetUtcNow():u}."));

    /// <summary>What a look has shown.</summary>
    /// <param name="Found">The thing, as the write would have answered.</param>
    /// <param name="IsAbsent">Whether it is certain that the thing is not there.</param>
    /// <param name="Seen">The same for people.</param>
    private sealed record Look(JsonBytes? Found, bool IsAbsent, string Seen)
    {
        public string Outcome => Found is not null ? "found" : IsAbsent ? "absent" : "unknown";
    }
}
