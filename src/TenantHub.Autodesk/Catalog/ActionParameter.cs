using System.Text.Json.Serialization;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk.Catalog;

/// <summary>One parameter of an action's path, query or headers.</summary>
public sealed record ActionParameter
{
    public required string Name { get; init; }

    public required ParameterPlace In { get; init; }

    public bool Required { get; init; }

    public ParameterType Type { get; init; }

    /// <summary>Gets how several values are sent; null when there is one at most.</summary>
    public ArrayStyle? Array { get; init; }

    public IReadOnlyList<string>? Enum { get; init; }

    public int? Min { get; init; }

    public int? Max { get; init; }

    public int? MaxLength { get; init; }

    public string? Pattern { get; init; }

    /// <summary>Gets what the linked account supplies when the caller does not.</summary>
    public AccountValue? Fill { get; init; }

    /// <summary>Gets whether Autodesk wants the id with <c>b.</c> or without.</summary>
    public IdForm? IdForm { get; init; }

    /// <summary>Gets what the value names; null when it is no id, or when the account supplies it.</summary>
    public ResourceKind? RefersTo { get; init; }

    public required string Description { get; init; }

    /// <summary>Gets whether the name stands for any <c>filter[...]</c>.</summary>
    [JsonIgnore]
    public bool IsFilterPattern => Name == "filter[*]";
}

public enum ParameterPlace
{
    Path,
    Query,
    Header,
}

public enum ParameterType
{
    String,
    Integer,
    Boolean,
}

/// <summary>How several values of one query parameter are sent.</summary>
public enum ArrayStyle
{
    /// <summary>Once, separated by commas.</summary>
    Comma,

    /// <summary>The name again for every value.</summary>
    Repeat,
}

/// <summary>What a linked account knows.</summary>
public enum AccountValue
{
    AccountId,
    HubId,
    Region,
    ActingUser,
}

/// <summary>How Autodesk writes an id.</summary>
public enum IdForm
{
    /// <summary>Without <c>b.</c>.</summary>
    Raw,

    /// <summary>With <c>b.</c>.</summary>
    B,
}
