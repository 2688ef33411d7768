using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;
using TenantHub.Server.Ui.Access;
using TenantHub.Transfers;

namespace TenantHub.Server.Ui.Files;

/// <summary>
/// The bytes of the console's files, which are too many for a circuit. 1. The cookie says who it is, and is judged anew. 2. The pass, which
/// the circuit gave to the same person, says which upload or file. 3. Rights and account are asked for again, as at the API. Other sites
/// cannot send: the pass is not theirs, and tus' header makes their browser ask first, which nobody allows.
/// </summary>
internal static class FilePassEndpoints
{
    public const string Path = UiAccess.Home + "/files/";

    public static void MapFilePasses(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup(Path).RequireAuthorization(UiAccess.Needs(Policies.Call)).ExcludeFromDescription().NotAudited();
        files.MapMethods(
            "/{pass}",
            [HttpMethods.Head],
            (string pass, HttpRequest request, FilePasses passes, Uploads uploads, IGrainFactory grains) =>
                WithUploadAsync(pass, request, passes, uploads, grains, upload => TusProtocol.HeadAsync(request, upload, uploads))
        );
        files.MapMethods(
            "/{pass}",
            [HttpMethods.Patch],
            (
                string pass,
                HttpRequest request,
                FilePasses passes,
                Uploads uploads,
                IGrainFactory grains,
                CancellationToken cancellationToken
            ) =>
                WithUploadAsync(
                    pass,
                    request,
                    passes,
                    uploads,
                    grains,
                    upload => TusProtocol.PatchAsync(request, upload, uploads, cancellationToken)
                )
        );
        files.MapGet("/{pass}", DownloadAsync);
    }

    private static async Task<IResult> WithUploadAsync(
        string pass,
        HttpRequest request,
        FilePasses passes,
        Uploads uploads,
        IGrainFactory grains,
        Func<IUploadGrain, Task<IResult>> run
    )
    {
        if (UiPage.IsFromElsewhere(request) || !TusProtocol.IsSpokenIn(request))
            return new ErrorResult(RequestErrors.Forbidden());
        var user = request.HttpContext.User;
        if (passes.Open(pass, Caller.Of(user)) is not { UploadId: { } id } opened)
            return new ErrorResult(Over());
        var (account, hidden) = await grains.FindAccountAsync(user, opened.AccountId);
        if (account is null)
            return new ErrorResult(hidden!);
        return UploadEndpoints.MayChange(request)
            ? await run(uploads.Of(opened.AccountId, id))
            : new ErrorResult(UploadRequestErrors.NotAllowed());
    }

    private static async Task<IResult> DownloadAsync(
        string pass,
        HttpRequest request,
        FilePasses passes,
        IGrainFactory grains,
        SignedUrlTransfer transfer,
        CancellationToken cancellationToken
    )
    {
        var (user, caller) = (request.HttpContext.User, Caller.Of(request.HttpContext.User));
        if (UiPage.IsFromElsewhere(request))
            return new ErrorResult(RequestErrors.Forbidden());
        if (passes.Open(pass, caller) is not { ProjectId: { } project, VersionId: { } version } opened)
            return new ErrorResult(Over());
        var (account, hidden) = await grains.FindAccountAsync(user, opened.AccountId);
        if (account is null)
            return new ErrorResult(hidden!);
        var calls = new AccountCalls(account, new ActionRequest("files") { CallerId = caller.Id, Rights = caller.Rights });
        return await ContentEndpoints.SendVersionAsync(
            request,
            new ProjectFiles(calls, transfer),
            transfer,
            project,
            version,
            cancellationToken
        );
    }

    private static ServiceError Over() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "The address was good for some minutes and for one person, and is not good here.")
        {
            NextStep = "Go on from the page of the account's files.",
        };
}
