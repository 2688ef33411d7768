using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Actions;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Transfers;

/// <summary>Downloads of files of any size, whole or in ranges.</summary>
internal static class ContentEndpoints
{
    private static readonly DescribedParameter[] Query =
    [
        new("project_id", "The project.", IsRequired: true),
        ("item_id", "The item, whose newest version is read; or version_id, or path."),
        ("version_id", "The version."),
        ("path", "The names from a top folder to the file: Project Files/Plans/plan.pdf."),
        ("redirect", "true: the answer is 302 to a URL at Autodesk's storage, good for some minutes."),
    ];

    public static void MapFileContent(this IEndpointRouteBuilder app)
    {
        app.MapGet("/files/content", GetAsync)
            .RequireAuthorization(Policies.Call)
            .WithTags("Files")
            .WithName("get_file_content")
            .WithSummary("Streams a file; Range and If-Range work, and HEAD")
            .Takes([.. CallHeaders.Parameters, .. Query])
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream");
        app.MapMethods("/files/content", [HttpMethods.Head], GetAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("head_file_content")
            .ExcludeFromDescription();
    }

    /// <summary>The calls of the account that the request names.</summary>
    internal static async Task<(AccountCalls? Calls, ServiceError? Error)> CallsOfAsync(HttpRequest request, IGrainFactory grains)
    {
        var (accountId, error) = await UploadEndpoints.FindAccountAsync(request, grains);
        return accountId is null
            ? (null, error)
            : (
                new(
                    grains.GetGrain<ILinkedAccountGrain>(accountId),
                    CallHeaders.Apply(request, new ActionRequest("files")) with
                    {
                        IdempotencyKey = null,
                    }
                ),
                null
            );
    }

    private static async Task<IResult> GetAsync(
        HttpRequest request,
        IGrainFactory grains,
        SignedUrlTransfer transfer,
        CancellationToken cancellationToken
    )
    {
        var read = new QueryReader(request.Query, Query);
        var (project, item, version, path) = (
            read.Text("project_id", 200),
            read.Text("item_id", 500),
            read.Text("version_id", 500),
            read.Text("path", 4000)
        );
        var isRedirect = read.Word("redirect", false, ("true", true), ("false", false));
        if (project is null)
            read.Refuse("project_id", "is required.");
        if (new[] { item, version, path }.Count(given => given is not null) != 1)
            read.Refuse("item_id", "or version_id, or path is required: one of them.");
        var names = path?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (path is not null && ProjectFolders.FaultOf(names) is { } fault)
            read.Refuse("path", fault);
        if (read.Error is { } error)
            return new ErrorResult(error);

        var (calls, unknown) = await CallsOfAsync(request, grains);
        if (calls is null)
            return new ErrorResult(unknown!);
        var files = new ProjectFiles(calls, transfer);
        var (file, notFound) =
            version is not null ? await files.FindVersionAsync(project!, version, cancellationToken)
            : item is not null ? await files.FindTipAsync(project!, item, cancellationToken)
            : await files.FindPathAsync(project!, names, cancellationToken);
        if (file is null)
            return new ErrorResult(notFound!);
        if (FileContentResult.IsUnwanted(request, file))
            return Results.StatusCode(StatusCodes.Status412PreconditionFailed);
        if (!isRedirect || FileContentResult.IsKnown(request, file))
            return await SendAsync(request, files, transfer, file, cancellationToken);
        var (signed, notSigned) = await files.SignAsync(file, cancellationToken);
        if (signed is null)
            return new ErrorResult(notSigned!);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Redirect(signed.Url.Reveal());
    }

    /// <summary>Answers with the bytes of a version.</summary>
    internal static async Task<IResult> SendVersionAsync(
        HttpRequest request,
        ProjectFiles files,
        SignedUrlTransfer transfer,
        string project,
        string version,
        CancellationToken cancellationToken
    )
    {
        var (file, notFound) = await files.FindVersionAsync(project, version, cancellationToken);
        return file is null ? new ErrorResult(notFound!) : await SendAsync(request, files, transfer, file, cancellationToken);
    }

    private static async Task<IResult> SendAsync(
        HttpRequest request,
        ProjectFiles files,
        SignedUrlTransfer transfer,
        StoredFile file,
        CancellationToken cancellationToken
    )
    {
        if (FileContentResult.IsKnown(request, file))
            return new FileContentResult(file, files, transfer, null);
        var (signed, error) = await files.SignAsync(file, cancellationToken);
        return signed is null ? new ErrorResult(error!) : new FileContentResult(file, files, transfer, signed);
    }
}
