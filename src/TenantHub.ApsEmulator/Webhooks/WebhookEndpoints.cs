using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>/webhooks/v1: hooks are kept per region and per client id. Source: webhooks.yaml.</summary>
internal static class WebhookEndpoints
{
    private const string Hook = "/webhooks/v1/systems/{system}/events/{event}/hooks";

    public static void Map(ApsEndpoints aps)
    {
        aps.Map("GET", "/webhooks/v1/hooks", ApiProducts.Webhooks, ["data:read"], "webhooks-list", call => List(call, _ => true));
        aps.Map(
            "GET",
            "/webhooks/v1/systems/{system}/hooks",
            ApiProducts.Webhooks,
            ["data:read"],
            "webhooks-list-system",
            call => WithSystem(call, () => List(call, hook => hook.System == call.Path("system")))
        );
        aps.Map("GET", "/webhooks/v1/app/hooks", ApiProducts.Webhooks, ["data:read"], "webhooks-list", call => List(call, _ => true));
        aps.Map(
            "GET",
            Hook,
            ApiProducts.Webhooks,
            ["data:read"],
            "webhooks-list-system",
            call =>
                WithSystem(
                    call,
                    () =>
                        List(
                            call,
                            hook =>
                                hook.System == call.Path("system")
                                && hook.Event == call.Path("event")
                                && HasScope(hook, call.Query("scopeName"))
                        )
                )
        );
        aps.Map(
            "POST",
            "/webhooks/v1/systems/{system}/hooks",
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-create",
            call => WithSystem(call, () => CreateForAllEvents(call))
        );
        aps.Map(
            "GET",
            Hook + "/{hook_id}",
            ApiProducts.Webhooks,
            ["data:read"],
            "webhooks-get",
            call => WithHook(call, hook => Answers.Json(200, hook.Face(call.Now)))
        );
        aps.Map(
            "POST",
            Hook,
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-create",
            call => WithSystem(call, () => Create(call))
        );
        aps.Map(
            "PATCH",
            Hook + "/{hook_id}",
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-update",
            call => WithHook(call, hook => Update(call, hook))
        );
        aps.Map(
            "DELETE",
            Hook + "/{hook_id}",
            ApiProducts.Webhooks,
            ["data:read", "data:write"],
            "webhooks-delete",
            call =>
                WithHook(
                    call,
                    hook =>
                    {
                        call.State.Hooks.Remove(hook);
                        CallbackQueue.Forget(hook);
                        return Answers.Empty(204);
                    }
                )
        );
    }

    public static string Region(ApsCall call) => call.Header("x-ads-region") ?? call.Query("region") ?? "US";

    private static IResult WithSystem(ApsCall call, Func<IResult> handler) =>
        EventPattern.Known.ContainsKey(call.Path("system")) ? handler() : Answers.HookError(400, "The event system is not known.");

    /// <summary>A hook in another region, of another app, or under another event is not found.</summary>
    private static IResult WithHook(ApsCall call, Func<EmulatedHook, IResult> handler) =>
        call.State.Hooks.Find(hook =>
            !hook.IsExpiredAt(call.Now)
            && hook.Id == call.Path("hook_id")
            && hook.ClientId == call.App.ClientId
            && hook.Region == Region(call)
            && hook.System == call.Path("system")
            && hook.Event == call.Path("event")
        )
            is { } hook
            ? handler(hook)
            : Answers.HookError(404, "The hook was not found.");

    private static IResult List(ApsCall call, Func<EmulatedHook, bool> belongs)
    {
        var status = call.Query("status");
        if (status is not (null or "active" or "inactive" or "reactivated"))
            return Answers.HookError(400, "status must be active, inactive or reactivated.");
        var start = 0;
        if (call.Query("pageState") is { } state && !int.TryParse(state, NumberStyles.None, CultureInfo.InvariantCulture, out start))
            return Answers.HookError(400, "pageState is not valid.");
        var all = call
            .State.Hooks.Where(hook =>
                !hook.IsExpiredAt(call.Now)
                && hook.ClientId == call.App.ClientId
                && hook.Region == Region(call)
                && belongs(hook)
                && (status is null || hook.StatusAt(call.Now) == status)
            )
            .ToList();
        var page = all.Skip(start).Take(call.State.WebhookPageSize).ToList();
        if (page.Count == 0)
            return Answers.Empty(204);
        var links = new JsonObject();
        if (start + page.Count < all.Count)
            links["next"] = string.Create(CultureInfo.InvariantCulture, $"/hooks?pageState={start + page.Count}");
        return Answers.Json(
            200,
            new JsonObject { ["links"] = links, ["data"] = new JsonArray([.. page.Select(hook => hook.Face(call.Now))]) }
        );
    }

    private static bool HasScope(EmulatedHook hook, string? name) => name is null || ((JsonObject)hook.Fields["scope"]!).ContainsKey(name);

    private static IResult Create(ApsCall call)
    {
        if (Refuse(call) is { } refusal)
            return refusal;
        var name = call.Path("event");
        if (IsThere(call, name))
            return Answers.HookError(409, "Failed to save duplicate webhook callback info.");
        var hook = Add(call, name);
        return Answers.Empty(201, $"https://developer.api.autodesk.com/webhooks/v1/systems/{hook.System}/events/{name}/hooks/{hook.Id}");
    }

    /// <summary>One hook for every event of the system that has none yet.</summary>
    private static IResult CreateForAllEvents(ApsCall call)
    {
        if (Refuse(call) is { } refusal)
            return refusal;
        var hooks = EventPattern.Known[call.Path("system")].Where(name => !IsThere(call, name)).Select(name => Add(call, name)).ToList();
        if (hooks.Count == 0)
            return Answers.HookError(409, "Failed to save duplicate webhook callback info.");
        return Answers.Json(201, new JsonObject { ["hooks"] = new JsonArray([.. hooks.Select(hook => hook.Face(call.Now))]) });
    }

    private static IResult? Refuse(ApsCall call)
    {
        if (call.Text("callbackUrl") is not { } callback || !Uri.TryCreate(callback, UriKind.Absolute, out _))
            return Answers.HookError(400, "callbackUrl is required.");
        return
            call.Body!["scope"] is JsonObject { Count: > 0 } scope && scope.All(pair => pair.Value?.GetValueKind() is JsonValueKind.String)
            ? null
            : Answers.HookError(400, "scope is required.");
    }

    private static bool IsThere(ApsCall call, string name) =>
        call.State.Hooks.Exists(hook =>
            hook.ClientId == call.App.ClientId
            && hook.Region == Region(call)
            && hook.System == call.Path("system")
            && hook.SameAs(name, call.Body!["scope"]!.ToJsonString(), call.Text("callbackUrl")!)
        );

    private static EmulatedHook Add(ApsCall call, string name)
    {
        var hook = new EmulatedHook(
            Guid.NewGuid().ToString(),
            call.App.ClientId,
            Region(call),
            call.Path("system"),
            name,
            (JsonObject)call.Body!.DeepClone(),
            call.Now
        );
        call.State.Hooks.Add(hook);
        return hook;
    }

    private static IResult Update(ApsCall call, EmulatedHook hook)
    {
        if (call.Text("status") is { } status)
        {
            if (status is not ("active" or "inactive"))
                return Answers.HookError(400, "status must be active or inactive.");
            hook.SetStatus(status);
            if (status == "inactive")
                CallbackQueue.Forget(hook);
        }

        foreach (var (name, value) in (JsonObject)call.Body!)
        {
            if (name is "filter" or "hookAttribute" or "autoReactivateHook" or "hookExpiry" or "token" or "callbackWithEventPayloadOnly")
                hook.Fields[name] = value?.DeepClone();
        }

        hook.UpdatedAt = call.Now;
        return Answers.Empty(200);
    }
}
