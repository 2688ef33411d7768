using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Actions;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// Uploads of files of any size. The same upload is begun by JSON or by tus (<see cref="TusProtocol"/>), and its bytes come by one PUT, by
/// tus' PATCH, or go directly to Autodesk's storage.
/// </summary>
internal static class UploadEndpoints
{
    private static readonly DescribedParameter Account = new(
        CallHeaders.Account,
        "The linked account whose file it is.",
        Microsoft.OpenApi.ParameterLocation.Header,
        IsRequired: true
    );

    private static readonly DescribedParameter[] ListParameters =
    [
        ("limit", "How many: 50 by default, at most 200."),
        ("next", "The cursor of the next page."),
    ];

    public static RouteGroupBuilder MapUploads(this IEndpointRouteBuilder app)
    {
        var uploads = app.MapGroup("/files/uploads").WithTags("Files");
        uploads
            .MapPost("/", CreateAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("create_upload")
            .WithSummary("Begins an upload; rights and limits are tried before a byte moves")
            .Takes(CallHeaders.Parameters)
            .Accepts<CreateUploadBody>("application/json")
            .Produces<UploadResponse>(StatusCodes.Status201Created);
        uploads
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("list_uploads")
            .WithSummary("Lists the uploads of an account, newest first")
            .Takes([Account, .. ListParameters])
            .Produces<UploadsPage>();
        uploads
            .MapGet(
                "/{id}",
                (string id, HttpRequest request, Uploads files, IGrainFactory grains) =>
                    WithUploadAsync(id, request, files, grains, async upload => Answer(await upload.DescribeAsync()))
            )
            .RequireAuthorization(Policies.Read)
            .WithName("get_upload")
            .WithSummary("Tells how far an upload has come and what to do next")
            .Takes(Account)
            .Produces<UploadResponse>();
        uploads
            .MapGet(
                "/{id}/parts",
                (string id, HttpRequest request, Uploads files, IGrainFactory grains, IUploadLedger ledger) =>
                    WithUploadAsync(id, request, files, grains, upload => ListPartsAsync(upload, ledger))
            )
            .RequireAuthorization(Policies.Read)
            .WithName("list_upload_parts")
            .WithSummary("Lists the parts that storage has with their MD5, so that a client knows whether its file is still the same")
            .Takes(Account)
            .Produces<StoredPartsResponse>();
        uploads
            .MapPut("/{id}", PutAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("put_upload")
            .WithSummary("Sends the whole file; with Content-Range what is missing of it")
            .Takes(Account)
            .Accepts<byte[]>("application/octet-stream", "*/*") // Whatever a client calls it.
            .Produces<UploadResponse>(StatusCodes.Status201Created);
        uploads
            .MapPatch(
                "/{id}",
                (string id, HttpRequest request, Uploads files, IGrainFactory grains, CancellationToken cancellationToken) =>
                    WithUploadAsync(id, request, files, grains, upload => TusProtocol.PatchAsync(request, upload, files, cancellationToken))
            )
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("patch_upload")
            .WithSummary("tus 1.0: sends bytes from Upload-Offset on")
            .Takes([Account, .. TusProtocol.PatchHeaders])
            .Accepts<byte[]>(TusProtocol.ContentType, "*/*") // Another one is refused with what to do.
            .Produces(StatusCodes.Status204NoContent);
        uploads
            .MapMethods(
                "/{id}",
                [HttpMethods.Head],
                (string id, HttpRequest request, Uploads files, IGrainFactory grains) =>
                    WithUploadAsync(id, request, files, grains, upload => TusProtocol.HeadAsync(request, upload, files))
            )
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("head_upload")
            .ExcludeFromDescription(); // A HEAD has no error body; docs/files.md describes it.
        uploads
            .MapMethods("/", [HttpMethods.Options], TusProtocol.Options)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("tus_options")
            .ExcludeFromDescription();
        uploads
            .MapPost("/{id}/urls", SignAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("sign_upload_parts")
            .WithSummary("Mode direct: gives signed URLs for up to 25 parts")
            .Takes(Account)
            .Accepts<SignPartsBody>("application/json")
            .Produces<SignedPartsResponse>();
        uploads
            .MapPost(
                "/{id}/complete",
                (string id, HttpRequest request, Uploads files, IGrainFactory grains) =>
                    WithUploadAsync(id, request, files, grains, upload => CompleteAsync(upload, files))
            )
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("complete_upload")
            .WithSummary("Makes the item or version of the stored parts, once")
            .Takes(Account)
            .Produces<UploadResponse>();
        uploads
            .MapDelete(
                "/{id}",
                (string id, HttpRequest request, Uploads files, IGrainFactory grains) =>
                    WithUploadAsync(
                        id,
                        request,
                        files,
                        grains,
                        async upload =>
                            TusProtocol.IsSpokenIn(request)
                                ? await TusProtocol.TerminateAsync(request, upload)
                                : Answer(await upload.AbortAsync())
                    )
            )
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("abort_upload")
            .WithSummary("Gives an upload up")
            .Takes(Account)
            .Produces<UploadResponse>();
        return uploads;
    }

    /// <summary>An upload on the wire, or the error.</summary>
    public static IResult Answer(UploadResult result, int status = StatusCodes.Status200OK) =>
        result.Error is { } error
            ? new ErrorResult(error)
            : Results.Json(UploadResponse.From(result.Upload!), JsonBody.Options, statusCode: status);

    private static async Task<IResult> CreateAsync(
        HttpRequest request,
        Uploads files,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (accountId, unknown) = await FindAccountAsync(request, grains);
        if (accountId is null)
            return new ErrorResult(unknown!);
        if (TusProtocol.IsSpokenIn(request))
            request.HttpContext.Response.Headers[TusProtocol.VersionHeader] = TusProtocol.Version;
        var call = CallHeaders.Apply(request, new ActionRequest(ProjectFileUpload.ActionId));
        if (call.IdempotencyKey is { } key && IdempotencyKey.Check(key) is { } badKey)
            return new ErrorResult(badKey);
        var (upload, error) = TusProtocol.IsSpokenIn(request)
            ? TusProtocol.ReadCreation(request)
            : await ReadAsync(request, cancellationToken);
        if (upload is null)
            return new ErrorResult(error!);
        upload = upload with { CallerId = call.CallerId, Rights = call.Rights, MaxWait = call.MaxWait, Priority = call.Priority };
        var (result, _) = await files.AdmitAsync(accountId, upload, call, call.IdempotencyKey);
        if (result is { Error: null, Upload: { } begun })
            request.HttpContext.Response.Headers.Location = UploadResponse.AddressOf(begun);
        if (TusProtocol.IsSpokenIn(request))
            TusProtocol.Describe(request.HttpContext.Response, result.Upload);
        return Answer(result, StatusCodes.Status201Created);
    }

    private static async Task<(UploadRequest? Upload, ServiceError? Error)> ReadAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<CreateUploadBody>(request, cancellationToken);
        if (body is null)
            return (null, error);
        var upload = new UploadRequest
        {
            ProjectId = body.ProjectId ?? "",
            FolderId = body.FolderId ?? "",
            FileName = body.FileName ?? "",
            Size = body.Size,
            ContentType = body.ContentType,
            Sha256 = body.Sha256,
            IfExists = body.IfExists,
            Mode = body.Mode,
            ActingUserId = body.ActAsUserId,
        };
        return FileUploadInput.FaultOf(upload) is { } fault ? (null, fault) : (upload, null);
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request,
        IGrainFactory grains,
        IUploadLedger ledger,
        CancellationToken cancellationToken
    )
    {
        var read = new QueryReader(request.Query, ListParameters);
        var limit = read.Number("limit", 50, 200);
        UploadCursor? before = null;
        if (read.Text("next", 200) is { } next && (before = ParseCursor(next)) is null)
            read.Refuse("next", "is no cursor of this list.");
        if (read.Error is { } error)
            return new ErrorResult(error);
        var (accountId, unknown) = await FindAccountAsync(request, grains);
        if (accountId is null)
            return new ErrorResult(unknown!);
        var page = await ledger.ListAsync(accountId, before, limit, cancellationToken);
        var cursor = page.Count == limit ? $"{page[^1].CreatedAt.UtcTicks}-{page[^1].Id}" : null;
        return Results.Json(new UploadsPage([.. page.Select(UploadResponse.From)], cursor), JsonBody.Options);
    }

    private static UploadCursor? ParseCursor(string text) =>
        text.Split('-', 2) is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && at <= DateTimeOffset.MaxValue.Ticks
            ? new(new DateTimeOffset(at, TimeSpan.Zero), id)
            : null;

    private static Task<IResult> PutAsync(
        string id,
        HttpRequest request,
        Uploads files,
        IGrainFactory grains,
        CancellationToken cancellationToken
    ) =>
        WithUploadAsync(
            id,
            request,
            files,
            grains,
            async upload =>
            {
                if (JsonBody.RefusesEncoding(request) is { } encoded)
                    return new ErrorResult(encoded);
                var (offset, size, unreadable) = ReadRange(request);
                if (unreadable is not null)
                    return new ErrorResult(unreadable);
                var writer = Guid.NewGuid().ToString("N");
                var begun = await files.BeginAsync(upload, writer, size);
                if (begun.Upload is { Status: UploadStatus.Completing, Size: { } stored } && (size ?? stored) == stored)
                    return Answer(await files.CompleteAsync(upload, stored, null), StatusCodes.Status201Created); // Nothing is left to be sent.
                if (begun.Error is { } refused)
                    return new ErrorResult(refused);
                if (begun.Upload!.Mode is UploadMode.Direct)
                    return new ErrorResult(UploadRequestErrors.IsDirect());
                if (offset > 0 && offset != begun.Upload.Offset)
                    return new ErrorResult(UploadRequestErrors.OtherOffset(offset, begun.Upload.Offset));
                UnlimitBody(request);
                using var source = new ByteSource(request.Body, offset, endsFile: true).HashingWhole(begun.WantsSha256);
                var sent = await files.SendAsync(upload, begun, writer, Caller.Of(request.HttpContext.User).Id, source, cancellationToken);
                if (sent is { Error: null, Upload: { Status: not UploadStatus.Done } unfinished })
                    sent = sent with { Error = UploadRequestErrors.Interrupted(unfinished) };
                return Answer(sent, StatusCodes.Status201Created);
            }
        );

    /// <summary>The offset and the size that a PUT says: curl's <c>-C offset -T file</c> sends a Content-Range.</summary>
    private static (long Offset, long? Size, ServiceError? Error) ReadRange(HttpRequest request)
    {
        if (request.Headers.ContentRange.ToString() is not { Length: > 0 } text)
            return (0, request.ContentLength, null);
        return ContentRangeHeaderValue.TryParse(text, out var range) && range is { Unit: "bytes", From: { } from }
            ? (from, range.Length, null)
            : (0, null, RequestErrors.Unreadable("Content-Range must be such as bytes 5242880-10485759/20971520."));
    }

    private static Task<IResult> SignAsync(
        string id,
        HttpRequest request,
        Uploads files,
        IGrainFactory grains,
        CancellationToken cancellationToken
    ) =>
        WithUploadAsync(
            id,
            request,
            files,
            grains,
            async upload =>
            {
                var (body, error) = await JsonBody.ReadAsync<SignPartsBody>(request, cancellationToken);
                if (body is null)
                    return new ErrorResult(error!);
                if ((await upload.DescribeAsync()) is not { Upload: { } described })
                    return new ErrorResult(UploadRequestErrors.NotFound(id));
                var signed = await upload.SignAsync(body.FirstPart, body.Count, Caller.Of(request.HttpContext.User).Id, body.Fresh);
                if (signed.Error is { } refused)
                    return new ErrorResult(refused);
                request.HttpContext.Response.Headers.CacheControl = "no-store";
                return Results.Json(new SignedPartsResponse([.. signed.Parts.Select(Part)]), JsonBody.Options);

                SignedPartResponse Part(SignedPart part)
                {
                    var offset = (part.Number - 1) * described.PartBytes;
                    return new(
                        part.Number,
                        part.Url.Reveal(),
                        offset,
                        Math.Min(described.PartBytes, described.Size!.Value - offset),
                        part.ExpiresAt
                    );
                }
            }
        );

    private static async Task<IResult> ListPartsAsync(IUploadGrain upload, IUploadLedger ledger)
    {
        var described = await upload.DescribeAsync();
        if (described.Upload is not { } known)
            return new ErrorResult(described.Error!);
        var parts = await ledger.ReadPartsAsync(UploadId.KeyOf(known.AccountId, known.Id));
        return Results.Json(
            new StoredPartsResponse([
                .. parts.Select(part => new StoredPartResponse(part.Number, (part.Number - 1) * known.PartBytes, part.Size, part.Md5)),
            ]),
            JsonBody.Options
        );
    }

    private static async Task<IResult> CompleteAsync(IUploadGrain upload, Uploads files)
    {
        var described = await upload.DescribeAsync();
        if (described.Upload is not { } known)
            return new ErrorResult(described.Error!);
        return known.Size is { } size
            ? Answer(await files.CompleteAsync(upload, size, null))
            : new ErrorResult(UploadRequestErrors.SizeUnknown());
    }

    /// <summary>Finds the account and its upload; to whoever may not see the account neither exists.</summary>
    private static async Task<IResult> WithUploadAsync(
        string id,
        HttpRequest request,
        Uploads files,
        IGrainFactory grains,
        Func<IUploadGrain, Task<IResult>> run
    )
    {
        if (TusProtocol.IsSpokenIn(request))
            request.HttpContext.Response.Headers[TusProtocol.VersionHeader] = TusProtocol.Version;
        var (accountId, unknown) = await FindAccountAsync(request, grains);
        if (accountId is null)
            return new ErrorResult(unknown!);
        if (!MayChange(request))
            return new ErrorResult(UploadRequestErrors.NotAllowed());
        if (!LinkedAccountId.IsText(UploadId.Prefix, id))
            return new ErrorResult(UploadRequestErrors.NotFound(id));
        var upload = files.Of(accountId, id);
        return (await upload.DescribeAsync()).Upload is not { } known ? new ErrorResult(UploadRequestErrors.NotFound(id))
            : MayGoOn(request, known) ? await run(upload)
            : new ErrorResult(UploadRequestErrors.OthersUpload());
    }

    /// <summary>Uploads are for all who may use the account, unless a person has to approve them: then each is for who has begun it.
    /// Whoever needs nobody's approval may give any of them up.</summary>
    private static bool MayGoOn(HttpRequest request, UploadDescription upload)
    {
        var caller = Caller.Of(request.HttpContext.User);
        return HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || caller.Id == upload.CallerId
            || (caller.Rights?.Approval is not ApprovalDemand.Writes && (!upload.IsApproved || HttpMethods.IsDelete(request.Method)));
    }

    /// <summary>A key that may not upload may not go on with an upload either.</summary>
    internal static bool MayChange(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || MayUpload(Caller.Of(request.HttpContext.User));

    internal static bool MayUpload(Caller caller) => caller.Rights?.Allows(ProjectFileUpload.ActionId, CallSafety.Write) is not false;

    /// <summary>The id of the account that the request names and the caller may see.</summary>
    internal static async Task<(string? AccountId, ServiceError? Error)> FindAccountAsync(HttpRequest request, IGrainFactory grains)
    {
        if (CallHeaders.FaultOf(request) is { } fault)
            return (null, fault);
        var id = request.Headers[CallHeaders.Account].ToString();
        if (id.Length == 0)
            return (null, RequestErrors.NoAccountHeader());
        var (account, error) = await grains.FindAccountAsync(request.HttpContext.User, id);
        return account is null ? (null, error) : (id, null);
    }

    /// <summary>A file is as large as it is; the parts that it may have are counted while they come.</summary>
    internal static void UnlimitBody(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }
}
