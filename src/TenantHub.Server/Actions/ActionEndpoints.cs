using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;

namespace TenantHub.Server.Actions;

/// <summary>The list of actions, and the one door through which all of them are run.</summary>
internal static class ActionEndpoints
{
    public static RouteGroupBuilder MapActions(this IEndpointRouteBuilder app)
    {
        var actions = app.MapGroup("/actions").WithTags("Actions");
        actions
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("list_actions_meta")
            .WithSummary("Lists the actions, with their schemas when include=action_details")
            .Takes(ActionList.Parameters)
            .Produces<ActionsPage>();
        actions
            .MapPost("/build", BuildAsync)
            .RequireAuthorization(Policies.Read)
            .NotAudited()
            .WithName("build_actions")
            .WithSummary("Makes the actions searchable, which they always are here (for StackOne's clients)")
            .Accepts<BuildBody>("application/json")
            .Produces<BuildAnswer>();
        actions
            .MapPost("/search", SearchAsync)
            .RequireAuthorization(Policies.Read)
            .NotAudited()
            .WithName("search_actions")
            .WithSummary("Finds actions by words, the best first")
            .Accepts<ActionSearch>("application/json")
            .Produces<ActionSearchAnswer>();
        app.MapPost("/ai/tool-feedback", TakeFeedbackAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithTags("Actions")
            .WithName("submit_tool_feedback")
            .WithSummary("Takes what an agent or its user says of tools into the server's log (for StackOne's clients)")
            .Accepts<FeedbackBody>("application/json")
            .Produces<FeedbackAnswer>();
        actions
            .MapPost("/rpc", RunAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("rpc_action")
            .WithSummary("Runs an action for the account named in x-account-id")
            .Takes(CallHeaders.Parameters)
            .Accepts<RpcBody>("application/json", "multipart/form-data")
            .Produces<RpcAnswer>();
        actions
            .MapPost("/plan", PlanAsync)
            .RequireAuthorization(Policies.Call)
            .NotAudited()
            .WithName("plan_action")
            .WithSummary("Tells what a call would send, need and wait for; nothing is sent")
            .Takes(CallHeaders.Parameters)
            .Accepts<RpcBody>("application/json")
            .Produces<PlanResponse>();
        return actions;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ClaimsPrincipal user, ActionCatalog catalog, EnabledActions enabled)
    {
        var (query, error) = ActionList.Read(request.Query);
        if (query is null)
            return new ErrorResult(error!);
        IReadOnlyList<AccountActions>? accounts = null;
        if (query.AccountIds.Count > 0)
            accounts = [.. (await Task.WhenAll(query.AccountIds.Select(EnabledAsync))).OfType<AccountActions>()];
        return Results.Json(query.List(catalog, accounts), JsonBody.Options);

        async Task<AccountActions?> EnabledAsync(string id) =>
            await enabled.OfAsync(user, id) is { Unknown: null } account ? new AccountActions(id, account.Enabled) : null;
    }

    private static async Task<IResult> BuildAsync(HttpRequest request, ActionCatalog catalog, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<BuildBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        return body.ConnectorKey is null or Connector.Key
            ? Results.Json(
                new BuildAnswer(
                    "success",
                    catalog.All.Count,
                    body.ConnectorKey,
                    "The actions are part of the server and always searchable: nothing had to be built."
                ),
                JsonBody.Options
            )
            : new ErrorResult(RequestErrors.NoSuchConnector(body.ConnectorKey));
    }

    private static async Task<IResult> SearchAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        ActionCatalog catalog,
        EnabledActions enabled,
        CancellationToken cancellationToken
    )
    {
        var (search, error) = await JsonBody.ReadAsync<ActionSearch>(request, cancellationToken);
        if (search is null)
            return new ErrorResult(error!);
        if (search.Fault() is { } fault)
            return new ErrorResult(fault);
        if (CallHeaders.FaultOf(request) is { } twice)
            return new ErrorResult(twice);
        var (ofAccount, unknown) = request.Headers[CallHeaders.Account].ToString() is { Length: > 0 } account
            ? await enabled.OfAsync(user, account)
            : (null, null);
        if (unknown is not null)
            return new ErrorResult(unknown);
        var rights = Caller.Of(user).Rights;
        var found = search.Connector is null or Connector.Key
            ? search
                .Find(catalog)
                .Where(hit =>
                    rights?.Allows(hit.Action.Id, hit.Action.CallSafety) is not false && ofAccount?.Contains(hit.Action.Id) is not false
                )
                .ToList()
            : [];
        return Results.Json(
            new ActionSearchAnswer(
                [
                    .. found
                        .Take(search.TopK ?? 100)
                        .Select(hit => new FoundAction(
                            hit.Action.Id,
                            hit.Action.Id,
                            Connector.Key,
                            hit.Action.Label,
                            hit.Action.Description,
                            search.ProjectId ?? "",
                            hit.Score
                        )),
                ],
                found.Count,
                search.Query!,
                search.Connector,
                search.ProjectId
            ),
            JsonBody.Options
        );
    }

    private static async Task<IResult> TakeFeedbackAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        ActionCatalog catalog,
        ILogger<FeedbackBody> log,
        CancellationToken cancellationToken
    )
    {
        var (body, unreadable) = await JsonBody.ReadAsync<FeedbackBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(unreadable!);
        if (body.Fault(catalog) is { } fault)
            return new ErrorResult(fault);
        var (account, unknown) = await grains.FindAccountAsync(user, body.AccountId!);
        if (account is null || await account.DescribeAsync() is not AccountResult.Described)
            return new ErrorResult(unknown ?? RequestErrors.NoSuchAccount(body.AccountId!));
        FeedbackLog.Write(log, Caller.Of(user).Id, body.AccountId!, string.Join(", ", body.ToolNames!), body.OneLine());
        return Results.Json(new FeedbackAnswer("The feedback is in the server's log."), JsonBody.Options);
    }

    private static async Task<IResult> RunAsync(
        HttpRequest request,
        GrainReferences<ILinkedAccountGrain> accounts,
        FileActions files,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (!JsonBody.IsPlain(request) && request.HasFormContentType)
        {
            var (owner, unknown) = await FindAccountAsync(request, accounts);
            if (owner is null)
                return new ErrorResult(unknown!);
            var came = clock.GetTimestamp();
            var sent = await files.RunMultipartAsync(request, owner, cancellationToken);
            CallHeaders.Write(request.HttpContext.Response, sent.Timing, clock.GetElapsedTime(came));
            return Answer(sent);
        }

        var (account, call, error) = await ReadAsync(request, accounts, cancellationToken);
        if (error is not null)
            return new ErrorResult(error);

        var since = clock.GetTimestamp();
        call!.Lease = new BodyLease(); // When the call ends by an exception, nobody knows who still reads: then it is never given back.
        var result = await files.RunAsync(call, account!, cancellationToken);
        CallHeaders.Write(request.HttpContext.Response, result.Timing, clock.GetElapsedTime(since));
        return Answer(result, call.Lease);
    }

    private static async Task<IResult> PlanAsync(
        HttpRequest request,
        GrainReferences<ILinkedAccountGrain> accounts,
        CancellationToken cancellationToken
    )
    {
        var (account, call, error) = await ReadAsync(request, accounts, cancellationToken);
        if (error is not null)
            return new ErrorResult(error);
        var result = await account!.PlanAsync(call!);
        return result.Plan is { } plan ? Results.Json(PlanResponse.From(plan), JsonBody.Options) : new ErrorResult(result.Error!);
    }

    /// <summary>Reads a call as JSON. Exactly one of account with call, and error, is set.</summary>
    private static async ValueTask<(ILinkedAccountGrain? Account, ActionRequest? Call, ServiceError? Error)> ReadAsync(
        HttpRequest request,
        GrainReferences<ILinkedAccountGrain> accounts,
        CancellationToken cancellationToken
    )
    {
        if (CallHeaders.FaultOf(request) is { } twice)
            return (null, null, twice); // Also where the account stands in the body.
        var header = request.Headers[CallHeaders.Account].ToString();
        var (account, error) = header.Length > 0 ? await FindAccountAsync(request, accounts) : (null, null);
        if (error is not null)
            return (null, null, error);
        if (JsonBody.Refuses(request) is { } refusal)
            return (null, null, refusal);
        var (json, tooLarge) = await JsonBody.ReadBytesAsync(request, JsonBody.MaxBytes, cancellationToken);
        if (json is null)
            return (null, null, tooLarge);
        var (call, named, invalid) = RpcRequest.Parse(json);
        if (call is null)
            return (null, null, invalid);
        if (account is null)
            (account, error) = named is null
                ? (null, RequestErrors.NoAccountHeader())
                : await accounts.FindAccountAsync(request.HttpContext.User, named);
        else if (named is not null && named != header)
            return (null, null, RequestErrors.TwoAccounts());
        return account is null ? (null, null, error) : (account, CallHeaders.Apply(request, call), null);
    }

    private static ValueTask<(ILinkedAccountGrain? Account, ServiceError? Error)> FindAccountAsync(
        HttpRequest request,
        GrainReferences<ILinkedAccountGrain> accounts
    )
    {
        if (CallHeaders.FaultOf(request) is { } fault)
            return new((null, fault));
        var accountId = request.Headers[CallHeaders.Account].ToString();
        return accountId.Length == 0
            ? new((null, RequestErrors.NoAccountHeader()))
            : accounts.FindAccountAsync(request.HttpContext.User, accountId);
    }

    private static IResult Answer(ActionResult result, BodyLease? lease = null) =>
        result switch
        {
            ActionResult.Succeeded succeeded => new RpcResult(succeeded, lease),
            ActionResult.Failed { Error: var error } => new ErrorResult(error, result.RateLimit),
            _ => throw new InvalidOperationException("A transfer is carried out before it is answered."),
        };
}
