using System.Globalization;
using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Events;

/// <summary>
/// The calls to Autodesk around the hooks of subscriptions. Each goes through the account's grain as a call of its own: the same lane,
/// limits, isolation and call log as every other, and only where the connector profile enables the action.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="callerId">Who is written down as the caller.</param>
/// <param name="priority">How urgent the calls are beside others of the account.</param>
public sealed class AccountHooks(ILinkedAccountGrain account, string? callerId, CallPriority priority)
{
    private const string Create = "autodesk_create_webhook";
    private const string Update = "autodesk_update_webhook";
    private const string Get = "autodesk_get_webhook";
    private const string Delete = "autodesk_delete_webhook";
    private const string ListProjects = "autodesk_list_projects";
    private const string GetProject = "autodesk_get_project";
    private const string Whole = "subscription";
    private const int MaxPages = 500;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    /// <summary>Makes a hook, once under its name: made again after a lost answer it is the same one.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="callback">The address that it calls.</param>
    /// <param name="filter">Autodesk's filter; null for none.</param>
    /// <returns>Autodesk's id.</returns>
    public async Task<(string? HookId, ServiceError? Error)> CreateAsync(HookPlace hook, string callback, string? filter)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var body = new Dictionary<string, object>
        {
            ["callbackUrl"] = callback,
            ["scope"] = hook.FolderId is { } folder
                ? new Dictionary<string, string> { ["folder"] = folder }
                : new Dictionary<string, string> { ["project"] = hook.ProjectId },
            ["projectId"] = hook.ProjectId,
            ["autoReactivateHook"] = true,
        };
        if (filter is not null)
            body["filter"] = filter;
        var path = new Dictionary<string, string> { ["system"] = hook.System, ["event"] = hook.Event };
        var (answer, error) = await RunAsync(Create, path, JsonBytes.From(body), key: $"subscription hook {hook.Name}");
        if (answer is null)
            return (null, error);
        return (Text(answer, "id") ?? Text(answer, "hookId")) is { } id
            ? (id, null)
            : (null, new(ErrorCode.OutcomeUnknown, ErrorSource.AutodeskApi, "Autodesk made a hook and did not name it."));
    }

    /// <summary>Gives a hook the secret that its calls are signed with.</summary>
    public async Task<ServiceError?> SetSecretAsync(HookPlace hook, string hookId, Secret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return (await RunAsync(Update, PathOf(hook, hookId), JsonBytes.From(new { token = secret.Reveal() }))).Error;
    }

    /// <summary>Switches a hook on.</summary>
    public async Task<ServiceError?> SwitchOnAsync(HookPlace hook, string hookId) =>
        (await RunAsync(Update, PathOf(hook, hookId), JsonBytes.From(new { status = "active" }))).Error;

    /// <summary>Gives the status that Autodesk shows: <c>active</c>, <c>inactive</c> or <c>reactivated</c>.</summary>
    public async Task<(string? Status, ServiceError? Error)> LookAsync(HookPlace hook, string hookId)
    {
        var (answer, error) = await RunAsync(Get, PathOf(hook, hookId), null);
        return answer is null ? (null, error) : (Text(answer, "status") ?? "", null);
    }

    /// <summary>Removes a hook; one that is not there is as good.</summary>
    public async Task<ServiceError?> DeleteAsync(HookPlace hook, string hookId) =>
        (await RunAsync(Delete, PathOf(hook, hookId), null)).Error is { } error && !IsGone(error) ? error : null;

    /// <summary>Whether an error says that the hook is not at Autodesk any more.</summary>
    public static bool IsGone(ServiceError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code is ErrorCode.AutodeskNotFound or ErrorCode.NotThisAccount;
    }

    /// <summary>Gives the project's root folder; the error says when the project is not the account's.</summary>
    public async Task<(string? RootFolder, ServiceError? Error)> FindRootAsync(string projectId)
    {
        var (answer, error) = await RunAsync(GetProject, new Dictionary<string, string> { ["project_id"] = projectId }, null);
        if (answer?.Data is not { } data)
            return (null, error);
        using var document = JsonDocument.Parse(data.Memory);
        return document.RootElement.TryGetProperty("data", out var project) && RootOf(project) is { } root
            ? (root, null)
            : (
                null,
                new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, "Autodesk's answer does not name the project's root folder.")
            );
    }

    /// <summary>Gives every project of the account with its root folder.</summary>
    public async Task<(IReadOnlyList<(string ProjectId, string RootFolder)> Projects, ServiceError? Error)> ListProjectsAsync()
    {
        var projects = new List<(string, string)>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var query = new Dictionary<string, string[]>();
            if (next is not null)
                query["next"] = [next];
            var (answer, error) = await RunAsync(ListProjects, new Dictionary<string, string>(), null, query);
            if (answer is null)
                return (projects, error);
            if (answer.Data is { } data)
            {
                using var document = JsonDocument.Parse(data.Memory);
                projects.AddRange(
                    from project in Rows(document.RootElement)
                    let id = ResourceRow.Text(project, "id")
                    let root = RootOf(project)
                    where id is not null && root is not null
                    select (Isolation.NamedResource.BareProject(id), root)
                );
            }

            if ((next = answer.Next) is null)
                break;
        }

        return (projects, null);
    }

    /// <summary>Runs a read or write of the account; either answer or error is set.</summary>
    internal async Task<(ActionResult.Succeeded? Answer, ServiceError? Error)> RunAsync(
        string actionId,
        IReadOnlyDictionary<string, string> path,
        JsonBytes? body,
        IReadOnlyDictionary<string, string[]>? query = null,
        string? key = null
    )
    {
        var result = await account.RunActionAsync(
            new ActionRequest(actionId)
            {
                Path = path,
                Query = query ?? new Dictionary<string, string[]>(),
                Body = body,
                MaxWait = Wait,
                Priority = priority,
                CallerId = callerId,
                IdempotencyKey = key,
                PartOf = Whole,
                IsApproved = true, // Whoever subscribes has been let in; its hooks lead to TenantHub alone, and nobody is asked for each.
            }
        );
        return result switch
        {
            ActionResult.Succeeded succeeded => (succeeded, null),
            ActionResult.Failed { Error: var error } => (null, error),
            _ => throw new InvalidOperationException($"{actionId} is no transfer."),
        };
    }

    /// <summary>The rows of a list.</summary>
    internal static IEnumerable<JsonElement> Rows(JsonElement root, string name = "data") =>
        root.ValueKind is JsonValueKind.Object && root.TryGetProperty(name, out var rows) && rows.ValueKind is JsonValueKind.Array
            ? rows.EnumerateArray()
            : [];

    private static string? RootOf(JsonElement project) => ResourceRow.Text(project, "relationships", "rootFolder", "data", "id");

    private static Dictionary<string, string> PathOf(HookPlace hook, string hookId)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return new()
        {
            ["system"] = hook.System,
            ["event"] = hook.Event,
            ["hook_id"] = hookId,
        };
    }

    private static string? Text(ActionResult.Succeeded answer, string name)
    {
        if (answer.Data is not { } data)
            return null;
        using var document = JsonDocument.Parse(data.Memory);
        return ResourceRow.Text(document.RootElement, name);
    }
}

/// <summary>What a hook listens to, and where.</summary>
/// <param name="Name">The hook's name within its account.</param>
/// <param name="System">The event system.</param>
/// <param name="Event">The event.</param>
/// <param name="ProjectId">The project, without <c>b.</c>.</param>
/// <param name="FolderId">The folder that is watched with everything below it; null for systems that watch projects.</param>
public sealed record HookPlace(string Name, string System, string Event, string ProjectId, string? FolderId);

/// <summary>Reading of Autodesk's JSON:API rows. What is not there, or is something else, is null.</summary>
internal static class ResourceRow
{
    public static string? Text(JsonElement row, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (row.ValueKind is not JsonValueKind.Object || !row.TryGetProperty(name, out row))
                return null;
        }

        return row.ValueKind switch
        {
            JsonValueKind.String => row.GetString(),
            JsonValueKind.Number => row.GetRawText(),
            _ => null,
        };
    }

    public static DateTimeOffset? Instant(JsonElement row, string attribute) =>
        DateTimeOffset.TryParse(
            Text(row, "attributes", attribute),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : null;
}
