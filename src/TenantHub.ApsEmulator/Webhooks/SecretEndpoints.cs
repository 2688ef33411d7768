using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>/webhooks/v1/tokens: the secret that signs the callbacks of all hooks of an app in a region. Source: webhooks.yaml.</summary>
internal static class SecretEndpoints
{
    public static void Map(ApsEndpoints aps)
    {
        Map(
            aps,
            "POST",
            "/webhooks/v1/tokens",
            (call, secret) =>
                call.State.HookSecrets.Add(call.App.ClientId, WebhookEndpoints.Region(call), secret)
                    ? Answers.Json(
                        200,
                        new JsonObject
                        {
                            ["status"] = 200,
                            ["detail"] = new JsonArray($"Token created successfully for client: {call.App.ClientId}"),
                        }
                    )
                    : Answers.HookError(400, "Secret token already exists.")
        );
        Map(aps, "PUT", "/webhooks/v1/tokens/@me", (call, secret) => Change(call, secret));
        aps.Map(
            "DELETE",
            "/webhooks/v1/tokens/@me",
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-delete",
            call => Change(call, null)
        );
    }

    private static void Map(ApsEndpoints aps, string method, string path, Func<ApsCall, string, IResult> handler) =>
        aps.Map(
            method,
            path,
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-update",
            call => call.Text("token") is { Length: > 0 } secret ? handler(call, secret) : Answers.HookError(400, "token is required.")
        );

    private static IResult Change(ApsCall call, string? secret) =>
        call.State.HookSecrets.Change(call.App.ClientId, WebhookEndpoints.Region(call), secret, call.Now)
            ? Answers.Empty(204)
            : Answers.HookError(404, "There is no secret token.");
}
