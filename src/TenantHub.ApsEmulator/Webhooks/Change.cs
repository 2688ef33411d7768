using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>Something that changed, and the callbacks that tell of it. Kept as the truth about what a receiver should have got.</summary>
internal sealed record Change(
    long Seq,
    DateTimeOffset At,
    string System,
    string Event,
    string ResourceUrn,
    EmulatedProject Project,
    JsonObject Payload
)
{
    /// <summary>Gets the scopes that it lies in, by their kind: every folder above it, and its project.</summary>
    public required IReadOnlyList<(string Kind, string Id)> Scopes { get; init; }

    public List<Callback> Callbacks { get; } = [];

    public bool IsIn(JsonObject scope) => scope.Any(pair => (string?)pair.Value is { } id && Scopes.Contains((pair.Key, id)));
}

/// <summary>One change on its way to one hook.</summary>
internal sealed class Callback(EmulatedHook hook, Change change)
{
    public EmulatedHook Hook { get; } = hook;

    public Change Change { get; } = change;

    public string DeliveryId { get; } = Guid.NewGuid().ToString();

    public List<Attempt> Attempts { get; } = [];

    public CallbackOutcome Outcome { get; set; }

    /// <summary>Gets or sets whether the answer to the first try is lost on the way.</summary>
    public bool LosesAnswer { get; set; }
}

/// <summary>One request to a receiver; without a status when there was no answer.</summary>
internal sealed record Attempt(DateTimeOffset At, int? Status, string? Problem);

/// <summary>What has become of a callback.</summary>
internal enum CallbackOutcome
{
    Waiting,
    Delivered,

    /// <summary>The last try failed too.</summary>
    Failed,

    /// <summary>The hook was inactive or gone; Autodesk never sends it again.</summary>
    NeverSent,

    /// <summary>The emulator calls nobody but this machine.</summary>
    NotOnThisMachine,
}
