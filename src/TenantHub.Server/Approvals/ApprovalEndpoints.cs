using System.Security.Claims;
using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Approvals;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Approvals;

/// <summary>Calls that wait for a person. Operators decide; who wants a call may ask what became of it.</summary>
internal static class ApprovalEndpoints
{
    public const string ApproveName = "approve_call";
    public const string RefuseName = "refuse_call";

    private static readonly DescribedParameter[] ListParameters =
    [
        ("status", "pending: what waits, the oldest first. Without it everything is listed, the newest first."),
        ("limit", "How many: 100 by default, at most 200."),
        ("next", "The id of the last approval of the page before."),
    ];

    public static RouteGroupBuilder MapApprovals(this IEndpointRouteBuilder app)
    {
        var approvals = app.MapGroup("/approvals").WithTags("Approvals");
        approvals
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.OperateShared)
            .WithName("list_approvals")
            .WithSummary("Lists the calls that need or needed a person")
            .Takes(ListParameters)
            .Produces<IReadOnlyList<ApprovalResponse>>();
        approvals
            .MapGet("/{id}", GetAsync)
            .RequireAuthorization(Policies.Call)
            .WithName("get_approval")
            .WithSummary("Tells what became of a call that needs a person")
            .Produces<ApprovalResponse>();
        approvals
            .MapPost(
                "/{id}/approve",
                (string id, ClaimsPrincipal user, IApprovalStore store, IGrainFactory grains, TimeProvider clock) =>
                    AnswerAsync(DecideAsync(id, approve: true, Caller.Of(user), store, grains), clock)
            )
            .RequireAuthorization(Policies.OperateShared)
            .Audited("approval/{id}")
            .WithName(ApproveName)
            .WithSummary("Lets the caller send the call again; it takes effect once")
            .Produces<ApprovalResponse>();
        approvals
            .MapPost(
                "/{id}/refuse",
                (string id, ClaimsPrincipal user, IApprovalStore store, IGrainFactory grains, TimeProvider clock) =>
                    AnswerAsync(DecideAsync(id, approve: false, Caller.Of(user), store, grains), clock)
            )
            .RequireAuthorization(Policies.OperateShared)
            .Audited("approval/{id}")
            .WithName(RefuseName)
            .WithSummary("Refuses the call")
            .Produces<ApprovalResponse>();
        return approvals;
    }

    /// <summary>Decides a call; the account's grain has the last word.</summary>
    public static async Task<ApprovalResult> DecideAsync(string id, bool approve, Caller by, IApprovalStore store, IGrainFactory grains) =>
        await FindAsync(id, store) is { } known
            ? await grains.GetGrain<ILinkedAccountGrain>(known.AccountId).DecideApprovalAsync(id, approve, by.Id)
            : new(null, RequestErrors.NoSuchApproval(id));

    public static Task<Approval?> FindAsync(string id, IApprovalStore store) =>
        LinkedAccountId.IsText("apr_", id) ? store.FindAsync(id) : Task.FromResult<Approval?>(null);

    private static async Task<IResult> ListAsync(
        HttpRequest request,
        IApprovalStore store,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var read = new QueryReader(request.Query, ListParameters);
        var (status, limit, next, now) = (
            read.Text("status", 20),
            read.Number("limit", 100, 200),
            read.Text("next", 64),
            clock.GetUtcNow()
        );
        if (status is not (null or "pending"))
            read.Refuse("status", "must be pending, or left out.");
        if (next is not null && !LinkedAccountId.IsText("apr_", next))
            read.Refuse("next", "must be an approval's id.");
        if (read.Error is { } error)
            return new ErrorResult(error);
        var page = status is null
            ? await store.ListAsync(limit, next, cancellationToken)
            : await store.ListPendingAsync(now, limit, next, cancellationToken);
        return Results.Json(page.Select(approval => ApprovalResponse.From(approval, now)), JsonBody.Options);
    }

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal user, IApprovalStore store, TimeProvider clock)
    {
        var caller = Caller.Of(user);
        return await FindAsync(id, store) is { } known && (known.CallerId == caller.Id || Policies.Allows(caller, Policies.OperateShared))
            ? Results.Json(ApprovalResponse.From(known, clock.GetUtcNow()), JsonBody.Options)
            : new ErrorResult(RequestErrors.NoSuchApproval(id));
    }

    private static async Task<IResult> AnswerAsync(Task<ApprovalResult> deciding, TimeProvider clock) =>
        await deciding switch
        {
            { Approval: { } decided } => Results.Json(ApprovalResponse.From(decided, clock.GetUtcNow()), JsonBody.Options),
            { Error: var error } => new ErrorResult(error!),
        };
}

/// <summary>A call that needs a person.</summary>
internal sealed record ApprovalResponse
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string Action { get; init; }

    /// <summary>Gets <c>pending</c>, <c>approved</c>, <c>refused</c>, <c>used</c> or <c>expired</c>.</summary>
    public required ApprovalStatus Status { get; init; }

    public required string CallerId { get; init; }

    public string? Client { get; init; }

    /// <summary>Gets the call, as POST /actions/rpc and POST /actions/plan take it; of an upload that is sent afterwards also
    /// <c>upload</c>, what is asked for it.</summary>
    public required JsonElement Call { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public static ApprovalResponse From(Approval approval, DateTimeOffset now) =>
        new()
        {
            Id = approval.Id,
            AccountId = approval.AccountId,
            Action = approval.ActionId,
            Status = approval.StatusAt(now),
            CallerId = approval.CallerId,
            Client = approval.Client,
            Call = JsonElement.Parse(approval.Call.Span),
            RequestedAt = approval.RequestedAt,
            ExpiresAt = approval.ExpiresAt,
            DecidedBy = approval.DecidedBy,
            DecidedAt = approval.DecidedAt,
        };
}
