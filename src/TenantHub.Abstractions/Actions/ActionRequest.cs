using System.Collections.Immutable;
using TenantHub.Security;

namespace TenantHub.Actions;

/// <summary>One action call. Parameters that the account knows (account id, hub id, region, acting user) may be left out.</summary>
/// <param name="ActionId">The action, for example <c>autodesk_list_hubs</c>.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.action-request")]
public sealed record ActionRequest([property: Id(0)] string ActionId)
{
    /// <summary>Gets the values for the path, by parameter name, not encoded. Ids may carry the prefix <c>b.</c> or not.</summary>
    [Id(1)]
    public IReadOnlyDictionary<string, string> Path { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the query, by parameter name, each with one or more values. <c>page_size</c> and <c>next</c> work for every list action.
    /// </summary>
    [Id(2)]
    public IReadOnlyDictionary<string, string[]> Query { get; init; } = ImmutableDictionary<string, string[]>.Empty;

    /// <summary>Gets the headers that the action declares, by name in any case.</summary>
    [Id(3)]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the JSON body, for actions that have one.</summary>
    [Id(4)]
    public JsonBytes? Body { get; init; }

    /// <summary>Gets how long the call may wait before it, or a repeat of it, is sent: in the lane and for a permit together. Null for
    /// TenantHub's default (30 s); at most 2 minutes.</summary>
    [Id(5)]
    public TimeSpan? MaxWait { get; init; }

    /// <summary>
    /// Gets the composite action that this call is a step of (<c>autodesk_upload_file_in_project_folder</c>); the step is then allowed
    /// when the composite is enabled. Null for a call of its own.
    /// </summary>
    [Id(6)]
    public string? PartOf { get; init; }

    /// <summary>
    /// Gets the caller's name for this write, 1 to 255 visible ASCII characters: however often the same key is sent within 24 hours, the
    /// write takes effect once. Null for none; not used by reads.
    /// </summary>
    [Id(7)]
    public string? IdempotencyKey { get; init; }

    /// <summary>Gets how urgent the call is beside others of the same account.</summary>
    [Id(8)]
    public CallPriority Priority { get; init; }

    /// <summary>Gets who calls, for the call log: <c>key:key_...</c> for an API key, <c>oidc:...</c> for a person; null when it is not
    /// known.</summary>
    [Id(9)]
    public string? CallerId { get; init; }

    /// <summary>Gets the trace that the call belongs to, as 32 hexadecimal digits, for the call log; null when there is none.</summary>
    [Id(10)]
    public string? TraceId { get; init; }

    /// <summary>Gets what the caller's actions are limited to, beyond its role; null when they are not.</summary>
    [Id(11)]
    public CallerRights? Rights { get; init; }

    /// <summary>
    /// Gets for how long the same write of the same caller is taken for a repeat of the first one, when it has no idempotency key; null
    /// when each is a write of its own.
    /// </summary>
    [Id(12)]
    public TimeSpan? RepeatWindow { get; init; }

    /// <summary>Gets the door through which the call came, for call log and metrics: <c>mcp</c>; null for all others.</summary>
    [Id(13)]
    public string? Via { get; init; }

    /// <summary>Gets whether it is a step of something that a person has approved, or that needs nobody's approval.</summary>
    [Id(15)]
    public bool IsApproved { get; init; }

    /// <summary>Gets the SHA-256, in lower-case hexadecimal, of a file that came with the call and does not travel with it; null when it is
    /// not known. Who approves the call approves these bytes.</summary>
    [Id(16)]
    public string? ContentHash { get; init; }

    /// <summary>Gets what is asked for an upload whose bytes come afterwards, beside the action's own input, as JSON: <c>if_exists</c>,
    /// <c>mode</c>, <c>size</c>, <c>sha256</c>. Who approves the call approves this too. Null for every other call.</summary>
    [Id(17)]
    public JsonBytes? Upload { get; init; }

    /// <summary>Gets or sets the buffer that the answer of a read may stand in, when the caller gives it back; null when the answer has to
    /// last. It does not travel.</summary>
    internal BodyLease? Lease
    {
        get => _lease;
        set => _lease = value;
    }

    [NonSerialized]
    private BodyLease? _lease;

    /// <summary>Gets the name of the caller's program, as it says itself, for the call log; null when it does not.</summary>
    [Id(14)]
    public string? Client { get; init; }
}
