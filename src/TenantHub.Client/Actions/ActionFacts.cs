namespace TenantHub.Client.Actions;

/// <summary>What the client has to know of an action.</summary>
/// <param name="Safety">What it does to Autodesk's data.</param>
/// <param name="Rows">Where the rows of a page are: a member of the answer, or "" when the answer is the list; null when there are no
/// pages.</param>
internal sealed partial record ActionFacts(ActionSafety Safety, string? Rows)
{
    /// <summary>What is known of an action. One that the server has and this client does not know counts as a write.</summary>
    public static ActionFacts Of(string action) => All.GetValueOrDefault(action) ?? new(ActionSafety.Write, Rows: null);
}
