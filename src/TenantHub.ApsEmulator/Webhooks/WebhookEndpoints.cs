using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>/webhooks/v1: hooks are kept per region and per client id. Source: webhooks.yaml.</summary>
internal static class WebhookEndpoints
{
    private const string Hook = "/webhooks/v1/systems/{system}/events/{event}/hooks";

    private static readonly string[] Systems =
        ["data", "derivative", "adsk.c4r", "adsk.flc.production", "autodesk.construction.cost", "autodesk.construction.bc", "autodesk.construction.issues", "adsk.tandem"];

    public static void Map(ApsEndpoints aps)
    {
        aps.Map("GET", "/webhooks/v1/hooks", ApiProducts.Webhooks, ["data:read"], "webhooks-list", call => List(call, _ => true));
        aps.Map("GET", "/webhooks/v1/systems/{system}/hooks", ApiProducts.Webhooks, ["data:read"], "webhooks-list-system", call => WithSystem(call, () => List(call, hook => hook.System == call.Path("system"))));
        aps.Map("GET", Hook + "/{hook_id}", ApiProducts.Webhooks, ["data:read"], "webhooks-get", call => WithHook(call, hook => Answers.Json(200, hook.Face())));
        aps.Map("POST", Hook, ApiProducts.Webhooks, ["data:read", "data:write"], "webhooks-create", call => WithSystem(call, () => Create(call)));
        aps.Map("PATCH", Hook + "/{hook_id}", ApiProducts.Webhooks, ["data:read", "data:write"], "webhooks-update", call => WithHook(call, hook => Update(call, hook)));
        aps.Map("DELETE", Hook + "/{hook_id}", ApiProducts.Webhooks, ["data:read", "data:write"], "webhooks-delete", call => WithHook(call, hook =>
        {
            call.State.Hooks.Remove(hook);
            return Answers.Empty(204);
        }));
    }

    private static string Region(ApsCall call) => call.Header("x-ads-region") ?? call.Query("region") ?? "US";

    private static IResult WithSystem(ApsCall call, Func<IResult> handler) =>
        Systems.Contains(call.Path("system")) ? handler() : Answers.HookError(400, "The event system is not known.");

    /// <summary>A hook in another region, of another app, or under another event is not found.</summary>
    private static IResult WithHook(ApsCall call, Func<EmulatedHook, IResult> handler) =>
        call.State.Hooks.Find(hook => hook.Id == call.Path("hook_id") && hook.ClientId == call.App.ClientId && hook.Region == Region(call)
            && hook.System == call.Path("system") && hook.Event == call.Path("event")) is { } hook
            ? handler(hook)
            : Answers.HookError(404, "The hook was not found.");

    private static IResult List(ApsCall call, Func<EmulatedHook, bool> belongs)
    {
        var status = call.Query("status");
        if (status is not (null or "active" or "inactive" or "reactivated")) return Answers.HookError(400, "status must be active, inactive or reactivated.");
        var start = 0;
        if (call.Query("pageState") is { } state && !int.TryParse(state, NumberStyles.None, CultureInfo.InvariantCulture, out start)) return Answers.HookError(400, "pageState is not valid.");
        var all = call.State.Hooks.Where(hook => hook.ClientId == call.App.ClientId && hook.Region == Region(call) && belongs(hook) && (status is null || hook.Status == status)).ToList();
        var page = all.Skip(start).Take(call.State.WebhookPageSize).ToList();
        if (page.Count == 0) return Answers.Empty(204);
        var links = new JsonObject();
        if (start + page.Count < all.Count) links["next"] = string.Create(CultureInfo.InvariantCulture, $"/hooks?pageState={start + page.Count}");
        return Answers.Json(200, new JsonObject { ["links"] = links, ["data"] = new JsonArray([.. page.Select(hook => hook.Face())]) });
    }

    private static IResult Create(ApsCall call)
    {
        if (call.Text("callbackUrl") is not { } callback || !Uri.TryCreate(callback, UriKind.Absolute, out _)) return Answers.HookError(400, "callbackUrl is required.");
        if (call.Body!["scope"] is not JsonObject { Count: > 0 } scope) return Answers.HookError(400, "scope is required.");
        var (region, name) = (Region(call), call.Path("event"));
        if (call.State.Hooks.Exists(hook => hook.ClientId == call.App.ClientId && hook.Region == region && hook.SameAs(name, scope.ToJsonString(), callback)))
            return Answers.HookError(409, "Failed to save duplicate webhook callback info.");
        var hook = new EmulatedHook(Guid.NewGuid().ToString(), call.App.ClientId, region, call.Path("system"), name, (JsonObject)call.Body.DeepClone(), call.Now);
        call.State.Hooks.Add(hook);
        return Answers.Empty(201, $"https://developer.api.autodesk.com/webhooks/v1/systems/{hook.System}/events/{name}/hooks/{hook.Id}");
    }

    private static IResult Update(ApsCall call, EmulatedHook hook)
    {
        if (call.Text("status") is { } status)
        {
            if (status is not ("active" or "inactive")) return Answers.HookError(400, "status must be active or inactive.");
            hook.Status = status;
        }

        foreach (var (name, value) in (JsonObject)call.Body!)
        {
            if (name is "filter" or "hookAttribute" or "autoReactivateHook" or "hookExpiry") hook.Fields[name] = value?.DeepClone();
        }

        hook.UpdatedAt = call.Now;
        return Answers.Empty(200);
    }
}
