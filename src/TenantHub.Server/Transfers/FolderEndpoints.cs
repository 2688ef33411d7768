using System.Text.Json;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Actions;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Transfers;

/// <summary>Whole trees of folders: read as lines, or made by a path.</summary>
internal static class FolderEndpoints
{
    private const string Lines = "application/x-ndjson";
    private static readonly byte[] NewLine = [(byte)'\n'];

    private static readonly DescribedParameter[] Query =
    [
        new("project_id", "The project.", IsRequired: true),
        ("folder_id", "The folder to begin with; the project's top folders when it is left out."),
        ("cursor", "A cursor from a line of an earlier answer: the walk goes on there."),
    ];

    public static void MapFolders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/files/tree", WalkAsync)
            .RequireAuthorization(Policies.Call)
            .WithTags("Files")
            .WithName("walk_folder_tree")
            .WithSummary("Streams everything below a folder as JSON lines; a cursor line after each page says where to go on")
            .Takes([.. CallHeaders.Parameters, .. Query])
            .Produces<TreeLine>(StatusCodes.Status200OK, Lines);
        app.MapPost("/files/folders", MakeAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithTags("Files")
            .WithName("make_folders")
            .WithSummary("Makes a path of folders; those that are there are found")
            .Takes(CallHeaders.Parameters)
            .Accepts<MakeFoldersBody>("application/json")
            .Produces<MadeFolders>();
    }

    private static async Task<IResult> WalkAsync(
        HttpRequest request,
        IGrainFactory grains,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var read = new QueryReader(request.Query, Query);
        var (project, folder, text) = (read.Text("project_id", 200), read.Text("folder_id", 500), read.Text("cursor", 100_000));
        if (project is null)
            read.Refuse("project_id", "is required.");
        var place = text is null ? TreePlace.Start(folder) : TreePlace.Parse(text);
        if (place is null)
            read.Refuse("cursor", "is no cursor of this walk.");
        if (read.Error is { } error)
            return new ErrorResult(error);
        var (calls, unknown) = await ContentEndpoints.CallsOfAsync(request, grains);
        if (calls is null)
            return new ErrorResult(unknown!);

        // The first page before the answer begins: what is wrong with project or folder is told as an error.
        var walk = new TreeWalk(new ProjectFolders(calls, project!), place!, clock);
        var (first, refused) = await walk.NextAsync(cancellationToken);
        if (refused is not null)
            return new ErrorResult(refused);
        return Results.Stream(output => WriteAsync(walk, first!, output, cancellationToken), Lines);
    }

    private static async Task WriteAsync(TreeWalk walk, IReadOnlyList<TreeLine> lines, Stream output, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var line in lines)
            {
                await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, JsonBody.Options), cancellationToken);
                await output.WriteAsync(NewLine, cancellationToken);
            }

            await output.FlushAsync(cancellationToken);
            if (lines is [.., { Type: "end" or "error" }])
                return;
            var (next, error) = await walk.NextAsync(cancellationToken);
            lines = next ?? [TreeLine.Failed(error!, walk.Cursor)];
        }
    }

    private static async Task<IResult> MakeAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, unreadable) = await JsonBody.ReadAsync<MakeFoldersBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(unreadable!);
        var names = body.Path?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var faults = new List<InputFault>();
        if (string.IsNullOrEmpty(body.ProjectId))
            faults.Add(new("project_id", "is required."));
        if (string.IsNullOrEmpty(body.ParentId))
            faults.Add(new("parent_id", "is required: the folder in which the path begins."));
        if (ProjectFolders.FaultOf(names) is { } fault)
            faults.Add(new("path", fault));
        if (faults.Count > 0)
            return new ErrorResult(RequestErrors.BadBody(faults));
        var (calls, unknown) = await ContentEndpoints.CallsOfAsync(request, grains);
        if (calls is null)
            return new ErrorResult(unknown!);

        var folders = new ProjectFolders(calls, body.ProjectId!);
        var (parent, made) = (body.ParentId!, new List<MadeFolder>());
        foreach (var name in names)
        {
            var (folder, isNew, error) = await folders.EnsureAsync(parent, name, cancellationToken);
            if (folder is null)
                return new ErrorResult(made.Exists(before => before.Created) ? AfterSome(error!, made, name) : error!);
            made.Add(new(folder.Id, folder.Name, isNew));
            parent = folder.Id;
        }

        return Results.Json(new MadeFolders(parent, made), JsonBody.Options);
    }

    /// <summary>Each folder is a call of its own: those that were made stay, and the same request goes on after them.</summary>
    private static ServiceError AfterSome(ServiceError error, IEnumerable<MadeFolder> made, string name) =>
        error with
        {
            Detail =
                $"Of the path, {string.Join(", ", made.Where(folder => folder.Created).Select(folder => $"\"{folder.Name}\""))} was made. Not \"{name}\": {error.Detail}",
        };
}

/// <summary>The body of POST /files/folders.</summary>
internal sealed record MakeFoldersBody
{
    public string? ProjectId { get; init; }

    public string? ParentId { get; init; }

    /// <summary>Gets the names with / between them.</summary>
    public string? Path { get; init; }
}

/// <summary>The folders of a path; the last one's id stands by itself too.</summary>
internal sealed record MadeFolders(string FolderId, IReadOnlyList<MadeFolder> Folders);

/// <summary>One folder of a path, and whether it was made now.</summary>
internal sealed record MadeFolder(string Id, string Name, bool Created);
