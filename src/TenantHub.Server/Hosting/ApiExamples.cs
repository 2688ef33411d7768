using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TenantHub.Server.Hosting;

/// <summary>A body for each operation that takes one, as the API page shows it and its <c>curl</c> line sends it. They fit the
/// emulator.</summary>
internal static class ApiExamples
{
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
        ["submit_tool_feedback"] = """
            {
              "feedback": "The list of projects was what I needed.", "account_id": "acc_00000000000000000000000000",
              "tool_names": ["autodesk_list_projects"]
            }
            """,
        ["create_upload"] = """
            {
              "project_id": "b.11111111-2222-4333-8444-555555555555", "folder_id": "urn:adsk.wipprod:fs.folder:co.exampleExampleExample1",
              "file_name": "model.rvt", "size": 12000000, "if_exists": "version"
            }
            """,
        ["sign_upload_parts"] = """{ "first_part": 1, "count": 25 }""",
        ["make_folders"] = """
            {
              "project_id": "b.11111111-2222-4333-8444-555555555555", "parent_id": "urn:adsk.wipprod:fs.folder:co.exampleExampleExample1",
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
        ["create_connect_session"] = """{ "origin_owner_id": "customer-2", "origin_owner_name": "Customer 2" }""",
        ["authenticate_connect_session"] = """{ "token": "cst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }""",
        ["register_event_endpoint"] = """{ "url": "https://example.com/tenanthub-events", "description": "Our backend" }""",
        ["create_subscription"] = """
            {
              "account_id": "acc_00000000000000000000000000", "events": ["dm.version.*"], "scope": "project",
              "project_id": "b.11111111-2222-4333-8444-555555555555"
            }
            """,
        ["resend_autodesk_events"] = """{ "account_id": "acc_00000000000000000000000000", "from": 1, "to": 100 }""",
        ["set_quota"] = """{ "requests_per_minute": 100 }""",
        ["create_key"] = """{ "name": "shop backend", "role": "backend", "origin_owner_ids": ["customer-1"] }""",
    }.ToFrozenDictionary();

    private const string Claim = """
        { "client_id": "demo-client-id", "acc_account_id": "22222222-3333-4444-8555-666666666666", "origin_owner_id": "customer-2" }
        """;

    private const string ListProjects = """{ "action": "autodesk_list_projects", "query": { "page_size": 10 } }""";

    private const string MoreActions =
        """{ "enabled_actions": ["autodesk_list_hubs", "autodesk_list_projects", "autodesk_list_top_folders"] }""";

    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (
            operation.RequestBody?.Content?.TryGetValue("application/json", out var json) is true
            && Bodies.TryGetValue(operation.OperationId ?? "", out var body)
        )
            json.Example = JsonNode.Parse(body);
        return Task.CompletedTask;
    }
}
