using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using TenantHub.Autodesk.Catalog;
using TenantHub.Security;

namespace TenantHub.Server.Mcp;

/// <summary>The tools, made once of the catalog, in its order: a list that does not change between requests lies in the cache of whoever
/// runs the model.</summary>
internal sealed class McpTools
{
    public const string Plan = "autodesk_plan_action";
    public const string State = "autodesk_account_state";
    public const string Search = "autodesk_search_actions";
    public const string ExecuteRead = "autodesk_execute_read_action";
    public const string Execute = "autodesk_execute_action";

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    /// <summary>Nothing is required: the TypeScript client holds failures to it too.</summary>
    private static readonly JsonElement Output = Json(
        """
        {"type":"object","properties":{"data":{},"next":{"type":"string"},"note":{"type":"string"}}}
        """
    );

    private readonly IReadOnlyList<(ActionDefinition Action, ListedTool Tool)> _actions;
    private readonly HashSet<string> _names;
    private readonly ListedTool _plan = Own(
        Plan,
        "Plan Action",
        "Tells what an action would send to Autodesk, what it costs of the limit, how long it would wait and why it would be refused. Nothing is sent.",
        ExecuteArguments,
        CallSafety.Read
    );
    private readonly ListedTool _state = Own(
        State,
        "Account State",
        "Tells whether the linked account works, why not, what to do about it, and what it is doing now.",
        """{"type":"object","properties":{}}""",
        CallSafety.Read
    );
    private readonly ListedTool _search = Own(
        Search,
        "Search Actions",
        "Finds actions by words, with the schema of their input.",
        """{"type":"object","required":["query"],"properties":{"query":{"type":"string"},"top_k":{"type":"integer","minimum":1,"maximum":51,"description":"How many; 5 when it is not given."}}}""",
        CallSafety.Read
    );
    private readonly ListedTool _executeRead = Own(
        ExecuteRead,
        "Execute Read Action",
        "Runs an action that changes nothing.",
        CallArguments,
        CallSafety.Read
    );
    private readonly ListedTool _execute = Own(
        Execute,
        "Execute Action",
        "Runs any action, also one that changes or deletes something.",
        ExecuteArguments,
        CallSafety.Destructive
    );

    public McpTools(ActionCatalog catalog)
    {
        _actions = [.. catalog.All.Select(action => (action, Of(action)))];
        _names = [.. catalog.All.Select(action => action.Id)];
    }

    private static string CallArguments =>
        """
            {"type":"object","required":["action"],"properties":{"action":{"type":"string","description":"The action's id."},"path":{"type":"object"},"query":{"type":"object"},"headers":{"type":"object"},"body":{}}}
            """;

    private static string ExecuteArguments =>
        """
            {"type":"object","required":["action"],"properties":{"action":{"type":"string","description":"The action's id."},"path":{"type":"object"},"query":{"type":"object"},"headers":{"type":"object"},"body":{},"idempotency_key":{"type":"string","description":"Names this write: a repeat under the same key takes effect once."}}}
            """;

    /// <summary>Lists what the caller may use, and nothing else, in one page: not every client asks for a second one.</summary>
    /// <param name="view">How the tools are shown, and what the caller may.</param>
    /// <param name="enabled">What the account's profile enables; null for all.</param>
    public IReadOnlyList<ListedTool> List(McpView view, IReadOnlyCollection<string>? enabled) =>
        view.Searches ? [_search, _executeRead, .. Executes(view), _plan, _state] : [.. Individual(view, enabled), _plan, _state];

    /// <summary>The list as the library takes it. For how long it holds only the newest revision says.</summary>
    public static ListToolsResult AsResult(IEnumerable<ListedTool> listed, bool isNewest) =>
        new()
        {
            Tools = [.. listed.Select(entry => entry.Tool)],
            TimeToLive = isNewest ? KeptFor : null,
            CacheScope = isNewest ? CacheScope.Private : null,
        };

    /// <summary>Writes the same.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<ListedTool> listed, bool isNewest)
    {
        writer.WriteStartArray("tools");
        foreach (var entry in listed)
            writer.WriteRawValue(entry.Json, skipInputValidation: true);
        writer.WriteEndArray();
        if (!isNewest)
            return;
        writer.WriteNumber("ttlMs", (long)KeptFor.TotalMilliseconds);
        writer.WriteString("cacheScope", "private");
    }

    /// <summary>Whether there is a tool of the name at all, whoever may use it.</summary>
    public bool Has(McpView view, string name) =>
        name is Plan or State || (view.Searches ? name is Search or ExecuteRead or Execute : _names.Contains(name));

    public static bool MayUse(McpView view, ActionDefinition action) => view.Rights?.Allows(action.Id, action.CallSafety) is not false;

    private IEnumerable<ListedTool> Individual(McpView view, IReadOnlyCollection<string>? enabled) =>
        from entry in _actions
        where MayUse(view, entry.Action) && enabled?.Contains(entry.Action.Id) is not false
        select entry.Tool;

    private IEnumerable<ListedTool> Executes(McpView view) =>
        _actions.Any(entry => entry.Action.CallSafety is not CallSafety.Read && MayUse(view, entry.Action)) ? [_execute] : [];

    private static ListedTool Of(ActionDefinition action) =>
        new(
            new()
            {
                Name = action.Id,
                Title = action.Label,
                Description = action.Description,
                InputSchema = ToolSchema.Of(action),
                OutputSchema = Output,
                Annotations = Hints(action.CallSafety, action.OnlyAdds, action.RetrySafe),
            }
        );

    private static ListedTool Own(string name, string title, string description, string input, CallSafety safety) =>
        new(
            new()
            {
                Name = name,
                Title = title,
                Description = description,
                InputSchema = Json(input),
                OutputSchema = Output,
                Annotations = Hints(safety, onlyAdds: false, isRetrySafe: safety is CallSafety.Read),
            }
        );

    /// <summary>What the catalog says, and nothing kinder: a client may ask its user by these. The protocol calls destructive whatever
    /// does not only add.</summary>
    private static ToolAnnotations Hints(CallSafety safety, bool onlyAdds, bool isRetrySafe) =>
        safety is CallSafety.Read ? new() { ReadOnlyHint = true } : new() { DestructiveHint = !onlyAdds, IdempotentHint = isRetrySafe };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();
}

/// <summary>A tool, and its JSON: what is the same for everybody is written once.</summary>
internal sealed class ListedTool(Tool tool)
{
    public Tool Tool => tool;

    public byte[] Json { get; } = JsonSerializer.SerializeToUtf8Bytes(tool, McpJsonUtilities.DefaultOptions);
}
