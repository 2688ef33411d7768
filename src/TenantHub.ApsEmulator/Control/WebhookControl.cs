using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.DataManagement;
using TenantHub.ApsEmulator.Webhooks;

namespace TenantHub.ApsEmulator.Control;

/// <summary>What changed and who was told; changes as people make them in Docs; events of the products that are not emulated.</summary>
internal static class WebhookControl
{
    public static void Map(IEndpointRouteBuilder app, EmulatorState state)
    {
        var control = app.MapGroup("/_emulator");
        control.MapGet("/callbacks", (HttpRequest request) => List(request, state));
        control.MapPost(
            "/callbacks/settle",
            async () =>
            {
                await state.Callbacks.SettleAsync();
                return ControlEndpoints.Done();
            }
        );
        control.MapPost(
            "/callbacks/sign",
            (HttpRequest request) => ControlEndpoints.WithBodyAsync<SignRequest>(request, body => Sign(body, state))
        );
        control.MapPost(
            "/changes",
            (HttpRequest request) => ControlEndpoints.WithBodyAsync<ChangeRequest>(request, body => Change(body, state))
        );
        control.MapPost(
            "/events",
            (HttpRequest request) => ControlEndpoints.WithBodyAsync<EventRequest>(request, body => Raise(body, state))
        );
    }

    private static IResult List(HttpRequest request, EmulatorState state)
    {
        _ = long.TryParse(request.Query["since"], CultureInfo.InvariantCulture, out var since);
        var account = request.Query["acc_account_id"].ToString();
        lock (state.Gate)
        {
            var changes = state
                .Callbacks.Changes.Where(change => change.Seq > since && (account.Length == 0 || change.Project.Account.Id == account))
                .Select(Face)
                .ToList();
            return Results.Json(new { changes, dropped = state.Callbacks.Dropped }, ControlEndpoints.Json);
        }
    }

    private static object Face(Change change) =>
        new
        {
            seq = change.Seq,
            at = change.At,
            system = change.System,
            @event = change.Event,
            resource_urn = change.ResourceUrn,
            acc_account_id = change.Project.Account.Id,
            project_id = change.Project.Id,
            callbacks = change.Callbacks.Select(callback => new
            {
                hook_id = callback.Hook.Id,
                client_id = callback.Hook.ClientId,
                delivery_id = callback.DeliveryId,
                outcome = JsonNamingPolicy.SnakeCaseLower.ConvertName(callback.Outcome.ToString()),
                attempts = callback.Attempts,
            }),
        };

    /// <summary>What Autodesk would sign these bodies with, for whoever sends them in its place.</summary>
    private static IResult Sign(SignRequest request, EmulatorState state)
    {
        lock (state.Gate)
        {
            return
                state.Hooks.Find(hook => hook.Id == request.HookId) is { } hook && state.HookSecrets.Of(hook, state.Clock.Now) is { } secret
                ? Results.Json(
                    new { signatures = (request.Bodies ?? []).Select(body => CallbackSender.Sign(Encoding.UTF8.GetBytes(body), secret)) },
                    ControlEndpoints.Json
                )
                : ControlEndpoints.Bad("hook_id must name a hook that has a secret.");
        }
    }

    private static IResult Change(ChangeRequest request, EmulatorState state)
    {
        lock (state.Gate)
        {
            var projects = state.Accounts.Values.SelectMany(account => account.Projects).ToList();
            var item = projects.Select(project => ProjectData.FindItem(project, request.ItemId)).FirstOrDefault(found => found is not null);
            var folder = projects
                .Select(project => ProjectData.FindFolder(project, request.FolderId))
                .FirstOrDefault(found => found is not null);
            if ((item is null) == (folder is null))
                return ControlEndpoints.Bad("item_id or folder_id must name something that is there.");
            var parent = ProjectData.FindFolder((item?.Folder ?? folder!).Project, request.ParentFolderId);
            if (request.ParentFolderId is not null && (parent is null || folder?.Tree().Contains(parent) == true))
                return ControlEndpoints.Bad("parent_folder_id must name another folder of the project.");
            if (item is not null)
                FolderChanges.Apply(state, item, request.Name, parent, request.Deleted ?? false);
            else
                FolderChanges.Apply(state, folder!, request.Name, parent, request.Deleted);
        }

        return ControlEndpoints.Done();
    }

    private static IResult Raise(EventRequest request, EmulatorState state)
    {
        if (!EventPattern.Known.ContainsKey(request.System ?? ""))
            return ControlEndpoints.Bad($"system must be one of {string.Join(", ", EventPattern.Known.Keys)}.");
        if (string.IsNullOrEmpty(request.Event) || request.ResourceUrn is null)
            return ControlEndpoints.Bad("event and resource_urn are needed.");
        if (request.Payload is { ValueKind: not JsonValueKind.Object })
            return ControlEndpoints.Bad("payload must be an object.");
        lock (state.Gate)
        {
            var project = state
                .Accounts.Values.SelectMany(account => account.Projects)
                .FirstOrDefault(project => project.Id == request.ProjectId);
            if (project is null)
                return ControlEndpoints.Bad("project_id must name a project.");
            var payload = request.Payload is { } given ? JsonObject.Create(given)! : [];
            state.Callbacks.Raise(
                request.System!,
                request.Event,
                request.ResourceUrn,
                project,
                [project.Root!.Id],
                payload,
                state.Clock.Now
            );
        }

        return ControlEndpoints.Done();
    }
}
