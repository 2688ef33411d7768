using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Security;

namespace TenantHub.Server.Mcp;

/// <summary>What the account's grain refuses, in words that an agent can act on: it has tools and an address, and no HTTP.</summary>
internal static class AgentErrors
{
    /// <summary>The error for whoever called through the view.</summary>
    /// <param name="error">The grain's.</param>
    /// <param name="view">How the address shows the tools.</param>
    /// <param name="key">What the caller's key is limited to by itself; null when it is not.</param>
    /// <param name="action">The action; null when there is none.</param>
    /// <param name="call">The call.</param>
    public static ServiceError For(ServiceError error, McpView view, CallerRights? key, ActionDefinition? action, ActionRequest call) =>
        error.Code switch
        {
            ErrorCode.UnknownAction => error with
            {
                NextStep = view.Searches ? $"Find the action with {McpTools.Search}." : "tools/list names the actions.",
            },
            ErrorCode.ActionNotAllowed
                when view.IsReadOnly && action is not null && key?.Allows(action.Id, action.SafetyOf(call)) is not false => error with
            {
                Detail = $"{action.Id} changes something, and this connection is read-only; nothing was sent.",
                NextStep = "Connect without read-only (?read-only=true in the address, --read-only of tenanthub mcp) to run it.",
            },
            _ => error,
        };
}
