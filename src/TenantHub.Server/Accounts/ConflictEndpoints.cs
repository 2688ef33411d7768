using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Errors;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Accounts;

/// <summary>Autodesk accounts that more than one owner has linked or tried to link (docs/adr/0018). Only who may see all owners sees
/// them.</summary>
internal static class ConflictEndpoints
{
    public const string ApproveName = "approve_account_claim";
    public const string DismissName = "dismiss_account_claim";

    public static RouteGroupBuilder MapConflicts(this IEndpointRouteBuilder app)
    {
        var conflicts = app.MapGroup("/account_conflicts").WithTags("Accounts");
        conflicts
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.OperateShared)
            .WithName("list_account_conflicts")
            .WithSummary("Lists the Autodesk accounts that more than one owner has linked or tried to link")
            .Produces<IReadOnlyList<ConflictResponse>>();
        conflicts
            .MapPost("/approve", ApproveAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("autodesk_account")
            .WithName(ApproveName)
            .WithSummary("Lets an owner share an Autodesk account that another one holds")
            .Accepts<ClaimBody>("application/json")
            .Produces<IReadOnlyList<ConflictResponse>>();
        conflicts
            .MapPost("/dismiss", DismissAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("autodesk_account")
            .WithName(DismissName)
            .WithSummary("Forgets that an owner was refused")
            .Accepts<ClaimBody>("application/json")
            .Produces<IReadOnlyList<ConflictResponse>>();
        return conflicts;
    }

    /// <summary>How the audit names an Autodesk account. Ids come from the caller: long ones are cut.</summary>
    public static string TargetOf(AutodeskAccount account) =>
        $"autodesk_account/{InputFault.Shorten(account.ClientId)}/{InputFault.Shorten(account.AccAccountId)}";

    private static async Task<IResult> ListAsync(HttpRequest request, IAccountClaims claims, CancellationToken cancellationToken) =>
        QueryReader.FaultWithoutFilters(request) is { } fault ? new ErrorResult(fault) : await AnswerAsync(claims, cancellationToken);

    private static async Task<IResult> AnswerAsync(IAccountClaims claims, CancellationToken cancellationToken) =>
        Results.Json(ConflictResponse.From(await claims.ListConflictsAsync(cancellationToken)), JsonBody.Options);

    private static Task<IResult> ApproveAsync(HttpRequest request, IAccountClaims claims, CancellationToken cancellationToken) =>
        DecideAsync(request, claims, claims.ApproveAsync, cancellationToken);

    private static Task<IResult> DismissAsync(HttpRequest request, IAccountClaims claims, CancellationToken cancellationToken) =>
        DecideAsync(request, claims, claims.DismissAsync, cancellationToken);

    private static async Task<IResult> DecideAsync(
        HttpRequest request,
        IAccountClaims claims,
        Func<AutodeskAccount, string, Task<bool>> decide,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<ClaimBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (
            body
            is not {
                ClientId: { Length: > 0 } clientId,
                AccAccountId: { Length: > 0 } accAccountId,
                OriginOwnerId: { Length: > 0 } ownerId
            }
        )
            return new ErrorResult(
                RequestErrors.BadQuery([
                    new("client_id, acc_account_id, origin_owner_id", "are required, as GET /account_conflicts gives them."),
                ])
            );
        var account = new AutodeskAccount(clientId, AccId.Bare(accAccountId));
        request.HttpContext.NameAuditTarget(TargetOf(account));
        return await decide(account, ownerId) ? await AnswerAsync(claims, cancellationToken) : new ErrorResult(RequestErrors.NoSuchClaim());
    }
}

/// <summary>Names a claim.</summary>
internal sealed record ClaimBody(string? ClientId, string? AccAccountId, string? OriginOwnerId);

/// <summary>An Autodesk account and who wants it.</summary>
internal sealed record ConflictResponse(string ClientId, string AccAccountId, IReadOnlyList<ClaimResponse> Owners)
{
    public static IReadOnlyList<ConflictResponse> From(IReadOnlyList<AccountClaim> claims) =>
        [
            .. claims
                .GroupBy(claim => claim.Account)
                .Select(same => new ConflictResponse(
                    same.Key.ClientId,
                    same.Key.AccAccountId,
                    [.. same.Select(claim => new ClaimResponse(claim.OwnerId, claim.OwnerName, claim.State, claim.Since))]
                )),
        ];
}

/// <summary>One owner's claim: <c>holder</c>, <c>shared</c>, <c>unresolved</c> or <c>refused</c>, and since when.</summary>
internal sealed record ClaimResponse(string OriginOwnerId, string OriginOwnerName, ClaimState State, DateTimeOffset Since);
