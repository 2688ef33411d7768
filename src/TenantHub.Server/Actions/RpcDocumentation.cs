using System.Text.Json;

namespace TenantHub.Server.Actions;

// What the OpenAPI document shows; RpcRequest reads the body without these objects, and the answer is written without them.

/// <summary>An action with its input: GET /actions?include=action_details says what each wants.</summary>
/// <param name="Action">The action's id, such as autodesk_list_hubs.</param>
/// <param name="Path">What stands in the path, by name. Known ids of the account may be left out.</param>
/// <param name="Query">What stands in the query, by name; of lists also page_size and next.</param>
/// <param name="Headers">What Autodesk wants as headers, by name.</param>
/// <param name="Body">What Autodesk gets as JSON.</param>
internal sealed record RpcBody(
    string Action,
    JsonElement? Path = null,
    JsonElement? Query = null,
    JsonElement? Headers = null,
    JsonElement? Body = null
);

/// <summary>What Autodesk has answered.</summary>
/// <param name="Data">Autodesk's JSON; null when it has none.</param>
/// <param name="Next">The query.next of the next page; null after the last.</param>
internal sealed record RpcAnswer(JsonElement? Data, string? Next);
