namespace TenantHub.Client.Actions;

public static partial class AutodeskActions
{
    /// <summary>Tells what an action does to Autodesk's data. One that this client does not know counts as a write.</summary>
    /// <param name="action">The action's id.</param>
    public static ActionSafety SafetyOf(string action) => ActionFacts.Of(action).Safety;
}
