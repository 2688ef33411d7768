using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TenantHub.Server.Hosting;

/// <summary>
/// What the API page shows for each operation, and its <c>curl</c> line sends: it runs as it is against a server with its emulator. An id
/// that only another operation's answer holds is named in the parameter's description, and that answer links to the operation.
/// </summary>
internal static class ApiExamples
{
    private const string Project = "b.1ec2606d-f52c-7c25-b3c0-70b46f03ef8b";
    private const string Folder = "urn:adsk.wipprod:fs.folder:co.6jxKnkDBEFIHqzSeQttTzQ";
    private const string Json = "application/json";

    /// <summary>The values of parameters: of one operation, of all below a path's first segment, or everywhere.</summary>
    private static readonly FrozenDictionary<string, string?> Values = new Dictionary<string, string?>
    {
        ["delete_account/id"] = null, // Not the demo's.
        ["accounts/id"] = Welcome.DemoAccount,
        ["profiles/id"] = "plans",
        ["x-account-id"] = Welcome.DemoAccount,
        ["account_id"] = Welcome.DemoAccount,
        ["project_id"] = Project,
        ["item_id"] = "urn:adsk.wipprod:dm.lineage:3SUoeFqwwjX-VC4fD0rfUQ",
        ["bucketKey"] = "demo-bucket",
        ["provider"] = "autodesk",
        ["clientId"] = "demo-client-id",
        ["quotaGroup"] = "dm-hubs",
        ["Tus-Resumable"] = "1.0.0",
        ["Upload-Offset"] = "0",
    }.ToFrozenDictionary();

    /// <summary>Ids that are made, each with the operation whose answer holds it, and where.</summary>
    private static readonly FrozenDictionary<(string Operation, string Name), (string Source, string Pointer)> Made = new (
        string Operations,
        string Name,
        string Source,
        string Pointer
    )[]
    {
        ("delete_account", "id", "link_account", "/id"),
        (
            "get_profile update_profile preview_profile retire_profile rotate_profile_credentials set_profile_limits set_profile_isolation",
            "id",
            "create_profile",
            "/id"
        ),
        ("read_recorded_call", "requestId", "get_recording", "/recorded/0/request_id"),
        ("get_approval approve_call refuse_call", "id", "list_approvals", "/0/id"),
        (
            "get_upload put_upload patch_upload abort_upload list_upload_parts sign_upload_parts complete_upload",
            "id",
            "create_upload",
            "/id"
        ),
        ("remove_event_endpoint rotate_event_secret list_event_deliveries", "id", "register_event_endpoint", "/id"),
        ("replay_event_delivery", "id", "list_event_deliveries", "/0/endpoint_id"),
        ("replay_event_delivery", "eventId", "list_event_deliveries", "/0/event_id"),
        ("remove_subscription rotate_subscription_secrets", "id", "create_subscription", "/id"),
        ("get_key revoke_key", "id", "create_key", "/description/id"),
        ("get_request_log", "id", "list_request_logs", "/data/0/request_id"),
    }
        .SelectMany(made => made.Operations.Split(' ').Select(operation => (operation, made)))
        .ToFrozenDictionary(pair => (pair.operation, pair.made.Name), pair => (pair.made.Source, pair.made.Pointer));

    private static readonly FrozenDictionary<string, string> Bodies = new Dictionary<string, string>
    {
        ["link_account"] = """
            {
              "provider": "autodesk", "origin_owner_id": "customer-1", "origin_owner_name": "Customer 1",
              "credentials": { "client_id": "demo-client-id", "client_secret": "demo-client-secret" },
              "setup_information": { "acc_account_id": "22222222-3333-4444-8555-666666666666", "region": "US" }
            }
            """,
        ["update_account"] = """{ "label": "Riverside, head office" }""",
        ["rotate_account_credentials"] = """{ "client_secret": "demo-client-secret" }""",
        ["begin_recording"] = """{ "calls": 20 }""",
        ["approve_account_claim"] = Claim,
        ["dismiss_account_claim"] = Claim,
        ["rpc_action"] = ListProjects,
        ["plan_action"] = ListProjects,
        ["search_actions"] = """{ "query": "upload a file", "top_k": 5 }""",
        ["build_actions"] = """{ "connector_key": "autodesk" }""",
        ["submit_tool_feedback"] = $$"""
            {
              "feedback": "The list of projects was what I needed.", "account_id": "{{Welcome.DemoAccount}}",
              "tool_names": ["autodesk_list_projects"]
            }
            """,
        ["create_upload"] = $$"""
            {
              "project_id": "{{Project}}", "folder_id": "{{Folder}}",
              "file_name": "greeting.txt", "size": 20, "if_exists": "version"
            }
            """,
        ["put_upload"] = "Hello from TenantHub",
        ["patch_upload"] = "Hello from TenantHub",
        ["sign_upload_parts"] = """{ "first_part": 1, "count": 1 }""",
        ["make_folders"] = $$"""
            {
              "project_id": "{{Project}}", "parent_id": "{{Folder}}",
              "path": "Plans/Level 1"
            }
            """,
        ["create_profile"] = """
            {
              "id": "plans", "name": "Plans", "credentials": { "client_id": "demo-client-id", "client_secret": "demo-client-secret" },
              "enabled_actions": ["autodesk_list_hubs", "autodesk_list_projects"]
            }
            """,
        ["update_profile"] = MoreActions,
        ["preview_profile"] = MoreActions,
        ["rotate_profile_credentials"] = """{ "client_secret": "demo-client-secret" }""",
        ["set_profile_limits"] = """{ "requests_per_minute": 120, "parallel_reads": 4 }""",
        ["set_profile_isolation"] = """{ "shared_buckets": false, "ownership_proof": "first_link" }""",
        ["create_connect_session"] = """{ "origin_owner_id": "customer-2", "origin_owner_name": "Customer 2", "profile_id": "plans" }""",
        ["authenticate_connect_session"] = """{ "token": "cst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }""",
        ["register_event_endpoint"] = """{ "url": "https://example.com/tenanthub-events", "description": "Our backend" }""",
        ["create_subscription"] = $$"""
            {
              "account_id": "{{Welcome.DemoAccount}}", "events": ["dm.version.*"], "scope": "project",
              "project_id": "{{Project}}"
            }
            """,
        ["resend_autodesk_events"] = $$"""{ "account_id": "{{Welcome.DemoAccount}}", "from": 1, "to": 100 }""",
        ["set_quota"] = """{ "requests_per_minute": 100 }""",
        ["create_key"] = """{ "name": "shop backend", "role": "backend", "origin_owner_ids": ["customer-1"] }""",
    }.ToFrozenDictionary();

    private const string Claim = """
        { "client_id": "demo-client-id", "acc_account_id": "11111111-2222-4333-8444-555555555555", "origin_owner_id": "customer-2" }
        """;

    private const string ListProjects = """{ "action": "autodesk_list_projects", "query": { "page_size": 10 } }""";

    private const string MoreActions =
        """{ "enabled_actions": ["autodesk_list_hubs", "autodesk_list_projects", "autodesk_list_top_folders"] }""";

    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var (id, area) = (operation.OperationId ?? "", context.Description.RelativePath!.Split('/')[0]);
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            string[] places = [$"{id}/{parameter.Name}", $"{area}/{parameter.Name}", parameter.Name!];
            parameter.Example = places.FirstOrDefault(Values.ContainsKey) is { } place ? Values[place] : null;
            if (Made.TryGetValue((id, parameter.Name!), out var made))
                parameter.Description = $"From the answer of {made.Source}. {parameter.Description}".TrimEnd();
        }

        foreach (var (type, content) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            if (Bodies.TryGetValue(id, out var body) && type is not "multipart/form-data")
                content.Example = type is Json ? JsonNode.Parse(body) : body;
        }

        var linked = Made.Where(made => made.Value.Source == id).OrderBy(made => made.Key); // The document is the same at every start.
        foreach (var target in linked.GroupBy(made => made.Key.Operation))
            Link(operation, target.Key, target.ToDictionary(made => made.Key.Name, made => made.Value.Pointer));
        return Task.CompletedTask;
    }

    private static void Link(OpenApiOperation from, string to, Dictionary<string, string> pointers)
    {
        var success = (OpenApiResponse)from.Responses!.First(response => response.Key.StartsWith('2')).Value;
        (success.Links ??= new Dictionary<string, IOpenApiLink>())[to] = new OpenApiLink
        {
            OperationId = to,
            Parameters = pointers.ToDictionary(
                parameter => parameter.Key,
                parameter => new RuntimeExpressionAnyWrapper { Expression = RuntimeExpression.Build($"$response.body#{parameter.Value}") }
            ),
        };
    }
}
