using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Keys;

/// <summary>The body of POST /keys.</summary>
internal sealed record CreateKeyBody
{
    private const int MaxText = 255;
    private const int MaxBindings = 100;

    public string? Name { get; init; }

    public AccessRole? Role { get; init; }

    /// <summary>Gets the owners whose accounts the key may see; none for all.</summary>
    public IReadOnlyList<string>? OriginOwnerIds { get; init; }

    /// <summary>Gets the connector profiles whose accounts the key may see; none for all.</summary>
    public IReadOnlyList<string>? ProfileIds { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets the actions that the key may run; none for all.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Gets the most that an action of the key may do: <c>read</c>, <c>write</c> or <c>destructive</c>, the default.</summary>
    public CallSafety? Ceiling { get; init; }

    /// <summary>Gets what a person has to approve: <c>none</c>, the default, <c>destructive</c> or <c>writes</c>.</summary>
    public ApprovalDemand? Approval { get; init; }

    /// <summary>Gets the rights as they are stored; null when nothing is limited.</summary>
    public CallerRights? Rights() =>
        new CallerRights
        {
            Actions = Actions is null ? null : [.. Actions.Distinct()],
            Ceiling = Ceiling ?? CallSafety.Destructive,
            Approval = Approval ?? ApprovalDemand.None,
        }
            is { LimitsAnything: true } rights
            ? rights
            : null;

    public ServiceError? Check(DateTimeOffset now, ActionCatalog catalog)
    {
        var faults = new List<InputFault>();
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > MaxText || ShownText.Steers(Name))
            faults.Add(new("name", $"is required, at most {MaxText} characters, no control characters."));
        if (Role is null)
            faults.Add(new("role", $"is required: one of {string.Join(", ", Enum.GetValues<AccessRole>().Select(WireName.Of))}."));
        if (ExpiresAt <= now)
            faults.Add(new("expires_at", "must be in the future."));
        CheckBinding(faults, "origin_owner_ids", OriginOwnerIds);
        CheckBinding(faults, "profile_ids", ProfileIds);
        CheckRights(faults, catalog);
        return faults.Count == 0 ? null : RequestErrors.BadBody(faults);
    }

    private void CheckRights(List<InputFault> faults, ActionCatalog catalog)
    {
        if (Actions is { Count: 0 })
            faults.Add(new("actions", "must have one id at least, or be left out for all."));
        else if (Actions?.FirstOrDefault(id => catalog.Find(id ?? "") is null) is { } unknown)
            faults.Add(new("actions", $"has \"{InputFault.Shorten(unknown)}\", which is no action; GET /actions lists them."));
        if (Rights() is not null && Role is not (AccessRole.Backend or null))
            faults.Add(new("role", "must be backend for a key with actions, ceiling or approval: other roles run none, or change more."));
    }

    private void CheckBinding(List<InputFault> faults, string field, IReadOnlyList<string>? ids)
    {
        // An empty list may stand for "none" in the caller's mind, and would open everything.
        if (ids is { Count: 0 or > MaxBindings })
            faults.Add(new(field, $"must have 1 to {MaxBindings} ids, or be left out for all."));
        else if (ids?.Any(id => string.IsNullOrWhiteSpace(id) || id.Length > MaxText || id.Any(char.IsControl)) is true)
            faults.Add(new(field, $"must hold ids of 1 to {MaxText} characters, without control characters."));
        if (ids is not null && Role is AccessRole.Admin)
            faults.Add(new(field, "cannot bind an admin key: who makes keys can make one that is not bound."));
    }
}

/// <summary>A key without its text.</summary>
internal sealed record KeyResponse
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required AccessRole Role { get; init; }

    public required IReadOnlyList<string> OriginOwnerIds { get; init; }

    public required IReadOnlyList<string> ProfileIds { get; init; }

    /// <summary>Gets the actions that the key may run; null for all.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Gets the most that an action of the key may do.</summary>
    public required CallSafety Ceiling { get; init; }

    /// <summary>Gets what a person has to approve.</summary>
    public required ApprovalDemand Approval { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets when it was last used, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public static KeyResponse From(ApiKey key) =>
        new()
        {
            Id = key.Id,
            Name = key.Name,
            Role = key.Role,
            OriginOwnerIds = key.OriginOwnerIds,
            ProfileIds = key.ProfileIds,
            Actions = key.Rights?.Actions,
            Ceiling = key.Rights?.Ceiling ?? CallSafety.Destructive,
            Approval = key.Rights?.Approval ?? ApprovalDemand.None,
            CreatedAt = key.CreatedAt,
            CreatedBy = key.CreatedBy,
            ExpiresAt = key.ExpiresAt,
            LastUsedAt = key.LastUsedAt,
            RevokedAt = key.RevokedAt,
        };
}

/// <summary>A new key: the only answer that ever holds its text.</summary>
internal sealed record NewKeyResponse(string Key, KeyResponse Description);
