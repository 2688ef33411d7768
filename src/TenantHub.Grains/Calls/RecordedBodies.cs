using System.Buffers;
using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>
/// The bodies of one call, while an operator records its account (docs/adr/0030). They are redacted at the moment at which they are there:
/// answers may stand in buffers that others use next. Of Autodesk's successes only what the caller gets is kept, because some of them list
/// what belongs to other accounts of the same client id.
/// </summary>
internal sealed class RecordedBodies(ActiveAccount account, string recordingId, ActionRequest request)
{
    private readonly List<RecordedRequest> _requests = [];

    public void AddRequest(ActionDefinition action, int? status, JsonBytes? sent, ApsResponse response)
    {
        if (_requests.Count == RecordedCall.MaxRequests)
            return;
        var received = response switch
        {
            ApsResponse.Answered { Succeeded: false } answered => answered.Body,
            ApsResponse.Lost { Received: { } unreadable } => unreadable.Raw,
            _ => null,
        };
        var secrets = account.Secrets();
        _requests.Add(
            new(action.Id, action.Method, action.Path)
            {
                Status = status,
                Sent = Redacted(sent, secrets),
                Received = Redacted(received, secrets),
            }
        );
    }

    /// <summary>The whole call, once it has ended.</summary>
    public RecordedCall End(CallRecord record, ActionResult? result)
    {
        var secrets = account.Secrets();
        return new()
        {
            CallId = record.Id,
            AccountId = record.AccountId,
            RecordingId = recordingId,
            OriginOwnerId = record.OriginOwnerId,
            ProfileId = record.ProfileId,
            ActionId = record.ActionId,
            StartedAt = record.StartedAt,
            Outcome = record.Outcome,
            Input = BodyRedaction.Of(Input(), secrets),
            Requests = _requests,
            Answer = Redacted((result as ActionResult.Succeeded)?.Data, secrets),
            Error = (result as ActionResult.Failed)?.Error is { } error ? Describe(error, secrets) : null,
        };
    }

    private static RecordedBody? Redacted(JsonBytes? body, IReadOnlyCollection<string> secrets) =>
        body is null ? null : BodyRedaction.Of(body.Span, secrets);

    private static string Describe(ServiceError error, IReadOnlyCollection<string> secrets)
    {
        var faults = error.Faults.Select(fault => $" {fault.Field}: {fault.Message}");
        return BodyRedaction.Of($"{error.Detail} {error.NextStep}{string.Concat(faults)}".Trim(), secrets);
    }

    private ReadOnlySpan<byte> Input()
    {
        var buffer = new ArrayBufferWriter<byte>((request.Body?.Length ?? 0) + 256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (request.Path.Count > 0)
                Write(writer, "path", request.Path);
            if (request.Query.Count > 0)
                Write(writer, "query", request.Query);
            if (request.Headers.Count > 0)
                Write(writer, "headers", request.Headers);
            if (request.Body is { } body)
            {
                writer.WritePropertyName("body");
                writer.WriteRawValue(body.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static void Write<T>(Utf8JsonWriter writer, string name, T value)
    {
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value);
    }
}
