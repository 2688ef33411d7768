using System.Text.Json.Nodes;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>Every role against every endpoint. An endpoint that is not in the table fails here; one that names no policy stops the
/// start.</summary>
public sealed class RoleTests(ServerFixture fixture)
{
    private static readonly string[] Roles = ["read_only", "backend", "operator", "admin"];

    /// <summary>The least role for each endpoint, written down a second time on purpose.</summary>
    private static readonly Dictionary<string, string> LeastRole = new()
    {
        ["list_linked_accounts"] = "read_only",
        ["get_account"] = "read_only",
        ["get_account_meta_info"] = "read_only",
        ["get_account_state"] = "read_only",
        ["list_actions_meta"] = "read_only",
        ["get_profile"] = "read_only",
        ["list_quotas"] = "read_only",
        ["list_account_conflicts"] = "operator",
        ["approve_account_claim"] = "operator",
        ["dismiss_account_claim"] = "operator",
        ["get_quotas"] = "read_only",
        ["list_request_logs"] = "read_only",
        ["get_request_log"] = "read_only",
        ["list_step_logs"] = "read_only",
        ["list_platform_logs"] = "operator",
        ["list_connectors_meta"] = "read_only",
        ["get_connector_meta"] = "read_only",
        ["build_actions"] = "read_only",
        ["search_actions"] = "read_only",
        ["submit_tool_feedback"] = "backend",
        ["claim_bucket"] = "operator",
        ["release_bucket"] = "operator",
        ["link_account"] = "backend",
        ["rpc_action"] = "backend",
        ["create_upload"] = "backend",
        ["list_uploads"] = "read_only",
        ["get_upload"] = "read_only",
        ["list_upload_parts"] = "read_only",
        ["put_upload"] = "backend",
        ["patch_upload"] = "backend",
        ["sign_upload_parts"] = "backend",
        ["complete_upload"] = "backend",
        ["abort_upload"] = "backend",
        ["get_file_content"] = "backend",
        ["walk_folder_tree"] = "backend",
        ["make_folders"] = "backend",
        ["plan_action"] = "backend",
        ["list_approvals"] = "operator",
        ["get_approval"] = "backend",
        ["approve_call"] = "operator",
        ["refuse_call"] = "operator",
        ["update_account"] = "operator",
        ["delete_account"] = "operator",
        ["verify_account"] = "operator",
        ["suspend_account"] = "operator",
        ["resume_account"] = "operator",
        ["rotate_account_credentials"] = "operator",
        ["begin_recording"] = "operator",
        ["stop_recording"] = "operator",
        ["get_recording"] = "operator",
        ["read_recorded_call"] = "operator",
        ["rebuild_account_list"] = "operator",
        ["create_profile"] = "operator",
        ["set_profile_isolation"] = "operator",
        ["set_profile_limits"] = "operator",
        ["rotate_profile_credentials"] = "operator",
        ["set_quota"] = "operator",
        ["resume_quota"] = "operator",
        ["list_audit"] = "operator",
        ["verify_audit"] = "operator",
        ["export_audit"] = "admin",
        ["list_profiles"] = "read_only",
        ["preview_profile"] = "read_only",
        ["update_profile"] = "operator",
        ["retire_profile"] = "operator",
        ["create_connect_session"] = "backend",
        ["authenticate_connect_session"] = "backend",
        ["create_subscription"] = "backend",
        ["list_subscriptions"] = "read_only",
        ["remove_subscription"] = "backend",
        ["rotate_subscription_secrets"] = "backend",
        ["resend_autodesk_events"] = "operator",
        ["check_event_address"] = "operator",
        ["list_autodesk_events"] = "read_only",
        ["list_event_endpoints"] = "read_only",
        ["list_event_deliveries"] = "read_only",
        ["register_event_endpoint"] = "operator",
        ["remove_event_endpoint"] = "operator",
        ["rotate_event_secret"] = "operator",
        ["replay_event_delivery"] = "operator",
        ["create_key"] = "admin",
        ["list_keys"] = "admin",
        ["get_key"] = "admin",
        ["revoke_key"] = "admin",
    };

    [Fact]
    public async Task EveryEndpoint_AdmitsItsRolesAndNoOther()
    {
        var operations = await OperationsAsync();
        Assert.Equal("get_guide", Assert.Single(operations, operation => operation.Role is null).Id); // It says what Autodesk demands, and nothing of anybody.
        operations.RemoveAll(operation => operation.Role is null);
        Assert.Equal(LeastRole.Keys.Order(), operations.Select(operation => operation.Id).Order());
        Assert.All(operations, operation => Assert.Equal(LeastRole[operation.Id], operation.Role));

        using var nobody = fixture.Hub.NewClient(null);
        using var wrong = fixture.Hub.NewClient("thk_" + new string('A', 43));
        foreach (var operation in operations)
        {
            Assert.Equal("unauthenticated", (await SendAsync(nobody, operation)).Code);
            Assert.Equal("unauthenticated", (await SendAsync(wrong, operation)).Code);
        }

        foreach (var role in Roles)
        {
            using var holder = await fixture.Hub.HoldKeyAsync(role);
            foreach (var operation in operations)
            {
                var answer = await SendAsync(holder, operation);
                var allowed = Array.IndexOf(Roles, role) >= Array.IndexOf(Roles, LeastRole[operation.Id]);
                Assert.True(
                    allowed == answer.Code is not "forbidden",
                    $"{role} {operation.Method} {operation.Path}: {(int)answer.Status} {answer.Code}"
                );
                Assert.NotEqual("unauthenticated", answer.Code);
                if (!allowed)
                    BadInputTests.AssertError(answer, "forbidden", "caller");
            }
        }
    }

    [Fact]
    public async Task WhatOwnersShare_IsClosedToBoundKeys()
    {
        using var owner = await fixture.Hub.HoldKeyAsync("operator", owners: ["somebody"]);
        using var profile = await fixture.Hub.HoldKeyAsync("operator", profiles: ["some-profile"]);
        foreach (
            var operation in (await OperationsAsync()).Where(operation =>
                operation.Path.StartsWith("/quotas", StringComparison.Ordinal)
                || operation.Path.StartsWith("/audit", StringComparison.Ordinal)
                || operation.Path.StartsWith("/event_endpoints", StringComparison.Ordinal)
                || (operation.Path.StartsWith("/profiles", StringComparison.Ordinal) && operation.Method != "get")
                || operation.Id == "rebuild_account_list"
            )
        )
        {
            Assert.Equal("forbidden", (await SendAsync(owner, operation)).Code);
            Assert.Equal("forbidden", (await SendAsync(profile, operation)).Code);
        }
    }

    private static Task<ApiAnswer> SendAsync(HttpClient client, Operation operation)
    {
        // Ids that nothing has: who is let in meets a 404 or a complaint about the body, and changes nothing.
        var path = operation
            .Path.Replace(
                "{id}",
                operation.Path.StartsWith("/accounts", StringComparison.Ordinal) ? "acc_00000000000000000000000000" : "nothing",
                StringComparison.Ordinal
            )
            .Replace("{clientId}", "nobody", StringComparison.Ordinal)
            .Replace("{quotaGroup}", "nothing", StringComparison.Ordinal)
            .Replace("{eventId}", "nothing", StringComparison.Ordinal);
        return client.SendAsync(new HttpMethod(operation.Method.ToUpperInvariant()), path, operation.HasBody ? "{}" : null);
    }

    private async Task<List<Operation>> OperationsAsync()
    {
        using var client = fixture.Hub.NewClient(null);
        var document = JsonNode.Parse(
            await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken)
        )!;
        return
        [
            .. document["paths"]!
                .AsObject()
                .SelectMany(path =>
                    path.Value!.AsObject()
                        .Select(method => new Operation(
                            (string)method.Value!["operationId"]!,
                            method.Key,
                            path.Key,
                            (string?)method.Value["x-role"],
                            method.Value["requestBody"] is not null
                        ))
                ),
        ];
    }

    private sealed record Operation(string Id, string Method, string Path, string? Role, bool HasBody);
}
