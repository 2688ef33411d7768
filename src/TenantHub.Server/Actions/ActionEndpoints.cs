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
        actions.MapGet("/", List).RequireAuthorization(Policies.Read).WithName("list_actions_meta").WithSummary("Lists the actions, with their schemas when include=action_details")
            .Takes(ActionList.Parameters).Produces<ActionsPage>();
        actions.MapPost("/rpc", RunAsync).RequireAuthorization(Policies.Call).NotAudited().WithName("rpc_action").WithSummary("Runs an action for the account named in x-account-id")
            .Takes(CallHeaders.Parameters).Accepts<RpcBody>("application/json", "multipart/form-data").Produces<RpcAnswer>();
        actions.MapPost("/plan", PlanAsync).RequireAuthorization(Policies.Call).NotAudited().WithName("plan_action").WithSummary("Tells what a call would send, need and wait for; nothing is sent")
            .Takes(CallHeaders.Parameters).Accepts<RpcBody>("application/json").Produces<PlanResponse>();
        return actions;
    }

    private static IResult List(HttpRequest request, ActionCatalog catalog)
    {
        var (page, error) = ActionList.Read(request.Query, catalog);
        return page is null ? new HubErrorResult(error!) : Results.Json(page, JsonBody.Options);
    }

    private static async Task<IResult> RunAsync(HttpRequest request, GrainReferences<ILinkedAccountGrain> accounts, FileActions files, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (request.HasFormContentType)
        {
            var (owner, unknown) = await FindAccountAsync(request, accounts);
            return owner is null ? new HubErrorResult(unknown!) : await files.RunMultipartAsync(request, owner, cancellationToken);
        }

        var (account, call, error) = await ReadAsync(request, accounts, cancellationToken);
        if (error is not null) return new HubErrorResult(error);
        if (files.TakesFile(call!.ActionId)) return await files.RunInlineAsync(call, account!, cancellationToken);

        var since = clock.GetTimestamp();
        var result = await account!.RunActionAsync(call, cancellationToken);
        CallHeaders.Write(request.HttpContext.Response, result.Timing, clock.GetElapsedTime(since));
        return Answer(result);
    }

    private static async Task<IResult> PlanAsync(HttpRequest request, GrainReferences<ILinkedAccountGrain> accounts, CancellationToken cancellationToken)
    {
        var (account, call, error) = await ReadAsync(request, accounts, cancellationToken);
        if (error is not null) return new HubErrorResult(error);
        var result = await account!.PlanAsync(call!);
        return result.Plan is { } plan ? Results.Json(PlanResponse.From(plan), JsonBody.Options) : new HubErrorResult(result.Error!);
    }

    /// <summary>Reads a call as JSON. Exactly one of account with call, and error, is set.</summary>
    private static async Task<(ILinkedAccountGrain? Account, ActionRequest? Call, HubError? Error)> ReadAsync(HttpRequest request, GrainReferences<ILinkedAccountGrain> accounts, CancellationToken cancellationToken)
    {
        var (account, error) = await FindAccountAsync(request, accounts);
        if (account is null) return (null, null, error);
        if (JsonBody.Refuses(request) is { } refusal) return (null, null, refusal);
        var (json, tooLarge) = await JsonBody.ReadBytesAsync(request, JsonBody.MaxBytes, cancellationToken);
        if (json is null) return (null, null, tooLarge);
        var (call, invalid) = RpcRequest.Parse(json);
        return call is null ? (null, null, invalid) : (account, CallHeaders.Apply(request, call), null);
    }

    private static ValueTask<(ILinkedAccountGrain? Account, HubError? Error)> FindAccountAsync(HttpRequest request, GrainReferences<ILinkedAccountGrain> accounts)
    {
        if (CallHeaders.FaultOf(request) is { } fault) return new((null, fault));
        var accountId = request.Headers[CallHeaders.Account].ToString();
        return accountId.Length == 0 ? new((null, RequestErrors.NoAccountHeader())) : accounts.FindAccountAsync(request.HttpContext.User, accountId);
    }

    internal static IResult Answer(ActionResult result) => result switch
    {
        ActionResult.Succeeded succeeded => new RpcResult(succeeded),
        ActionResult.Failed { Error: var error } => new HubErrorResult(error, result.RateLimit),
        _ => throw new InvalidOperationException("A transfer is carried out before it is answered."),
    };
}
