using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Actions;
using TenantHub.Server.Errors;
using TenantHub.Server.Quotas;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What agents ask for. 1. A tool call is read into the same <see cref="ActionRequest"/> as a call of HTTP. 2. It goes through the same
/// door, so that lane, limits, isolation, rights, call log and audit hold without a second path. 3. Its result is written for a model.
/// </summary>
internal sealed class McpCalls(
    GrainReferences<ILinkedAccountGrain> accounts,
    EnabledActions enabled,
    FileActions files,
    CallJournal journal,
    ActionCatalog catalog,
    McpTools tools,
    ApprovalQuestion question,
    QuotaAccess quotas,
    FaultLog faults,
    TimeProvider clock,
    IOptions<McpOptions> options
)
{
    private const string Via = "mcp";
    private const int SearchBytes = 1024 * 1024; // Schemas are the catalog's, and no use when they are shortened.
    private const string NothingFound =
        "No action that may be run here has these words. Say what is to be done and with what, such as \"list projects\" or \"upload file\".";
    private static readonly string[] Places = ["path", "query", "headers", "body"];

    /// <summary>Lists the tools: of an account what its profile enables, without one what the caller may.</summary>
    public async Task<IReadOnlyList<ListedTool>> ListAsync(HttpContext http)
    {
        var view = McpView.Read(http);
        if (view.AccountId is null)
            return tools.List(view, enabled: null);
        try
        {
            return tools.List(view, await EnabledAsync(http, view.AccountId));
        }
        catch (Exception exception) when (exception is not McpException && !http.RequestAborted.IsCancellationRequested)
        {
            var error = Describe(exception, view.AccountId);
            throw new McpProtocolException($"{error.Detail} {error.NextStep}", McpErrorCode.InternalError);
        }
    }

    public async Task<McpResult> CallAsync(HttpContext http, ToolCall asked, CancellationToken cancellationToken)
    {
        var view = McpView.Read(http);
        if (!tools.Has(view, asked.Name))
            throw McpView.Invalid($"There is no tool \"{InputFault.Shorten(asked.Name)}\".");
        if (asked.Name == McpTools.Search)
            return await SearchAsync(http, asked, view);
        if (view.AccountId is null)
            throw McpView.Invalid(
                $"No account is named: give {CallHeaders.Account} as a header or in the query, or call /mcp/{{account_id}}."
            );
        var (account, unknown) = await accounts.FindAccountAsync(http.User, view.AccountId);
        if (account is null)
            throw McpView.Invalid(unknown!.Detail);
        try
        {
            return asked.Name == McpTools.State
                ? await DescribeAsync(account, asked, cancellationToken)
                : await RunAsync(http, view, account, asked, cancellationToken);
        }
        catch (Exception exception)
            when (exception is not (McpException or InputRequiredException) && !cancellationToken.IsCancellationRequested)
        {
            return McpAnswer.Failed(Describe(exception, view.AccountId));
        }
    }

    /// <summary>Logs a fault, and gives what the caller is told of it.</summary>
    private ServiceError Describe(Exception exception, string accountId)
    {
        var error = FaultExceptionHandler.Describe(exception);
        var trace = faults.Tell(exception, error.Code, accountId);
        return error with { NextStep = $"{error.NextStep} The server's log has the fault under trace {trace}." };
    }

    private async Task<McpResult> RunAsync(
        HttpContext http,
        McpView view,
        ILinkedAccountGrain account,
        ToolCall asked,
        CancellationToken cancellationToken
    )
    {
        var (read, withSignedUrls, fault) = Read(asked);
        if (read is null)
            return McpAnswer.Failed(fault!);
        var action = catalog.Find(read.ActionId);
        var (call, skip) = ResultCut.Read(action, read);
        call = call with
        {
            CallerId = Caller.Of(http.User).Id,
            TraceId = Activity.Current?.TraceId.ToHexString(),
            Rights = view.Rights,
            RepeatWindow = options.Value.RepeatWindow,
            Via = Via,
            Client = asked.Client,
        };
        if (asked.Name == McpTools.ExecuteRead && action is { CallSafety: not CallSafety.Read })
            return await RefuseAsync(account, call, NoRead(call.ActionId));
        if (asked.Name == McpTools.Plan)
        {
            var planned = await account.PlanAsync(call);
            return planned.Plan is { } plan
                ? McpAnswer.Own(
                    PlanResponse.From(plan with { Obstacle = plan.Obstacle is { } obstacle ? Told(obstacle) : null }),
                    options.Value.MaxResultBytes,
                    quotesAutodesk: true
                )
                : McpAnswer.Failed(Told(planned.Error!));
        }

        if (question.Read(asked, view.AccountId!, call) is { } unwanted)
            return await RefuseAsync(
                account,
                call,
                question.WithLink(unwanted.IsDeclined ? await TakeBackAsync(account, call, unwanted.Error) : unwanted.Error, http)
            );
        call.Lease = new BodyLease(); // When the call ends by an exception, nobody knows who still reads: then it is never given back.
        var running = files.RunAsync(call, account, cancellationToken);
        var result = await McpProgress.FollowAsync(running, account, call.ActionId, asked.Progress, clock, cancellationToken);
        if (
            asked.RequestState is null
            && result is ActionResult.Failed { Error: var error }
            && question.For(error, asked.Elicitation, http, view.AccountId!, call) is { } ask
        )
            throw ask;
        if (result is ActionResult.Failed failed)
            result = Told(failed.Error.ApprovalId is null ? failed.Error : question.WithLink(failed.Error, http));
        using var lease = call.Lease; // What is answered is a copy.
        return McpAnswer.Of(result, action, call, skip, withSignedUrls, options.Value.MaxResultBytes);

        ServiceError Told(ServiceError refused) => AgentErrors.For(refused, view, Caller.Of(http.User).Rights, action, call);
    }

    /// <summary>The user's no is a decision; when somebody has decided before, that is what the agent is told.</summary>
    private static async Task<ServiceError> TakeBackAsync(ILinkedAccountGrain account, ActionRequest call, ServiceError unwanted) =>
        (await account.DecideApprovalAsync(unwanted.ApprovalId!, approve: false, call.CallerId ?? "")).Error ?? unwanted;

    /// <summary>Refuses a call before its account's grain is asked; it is recorded all the same.</summary>
    private async Task<McpResult> RefuseAsync(ILinkedAccountGrain account, ActionRequest call, ServiceError error)
    {
        await journal.RefuseAsync(account, call, error);
        return McpAnswer.Failed(error);
    }

    /// <summary>Reads the arguments as the places of a call: what holds for one holds for the other.</summary>
    private static (ActionRequest? Call, bool WithSignedUrls, ServiceError? Error) Read(ToolCall asked)
    {
        var byId = asked.Name is McpTools.Plan or McpTools.ExecuteRead or McpTools.Execute;
        var (key, withSignedUrls, actionId) = ((string?)null, false, byId ? null : asked.Name);
        foreach (var argument in asked.Arguments.ValueKind is JsonValueKind.Object ? asked.Arguments.EnumerateObject() : default)
        {
            var (name, value) = (argument.Name, argument.Value);
            if (name == ToolSchema.IdempotencyKey && asked.Name != McpTools.ExecuteRead)
            {
                if (value.ValueKind is not JsonValueKind.String)
                    return Wrong(name, "must be a string.");
                key = value.GetString();
            }
            else if (name == ToolSchema.SignedUrls)
            {
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                    return Wrong(name, "must be true or false.");
                withSignedUrls = value.GetBoolean();
            }
            else if (byId && name == "action")
            {
                if (value.ValueKind is not JsonValueKind.String)
                    return Wrong(name, "must be a string such as \"autodesk_list_hubs\".");
                actionId = value.GetString();
            }
            else if (!Places.Contains(name))
                return Wrong(
                    InputFault.Shorten(name),
                    $"is not known here; known are {string.Join(", ", byId ? ["action", .. Places] : Places)}."
                );
        }

        if (actionId is null)
            return Wrong("action", "is required, a string such as \"autodesk_list_hubs\".");
        var (call, named, error) = RpcRequest.Read(asked.Arguments, actionId);
        if (call is null)
            return (null, false, error);
        return named is null
            ? (call with { IdempotencyKey = key }, withSignedUrls, null)
            : Wrong($"headers.{CallHeaders.Account}", "is said by the connection, not by a call.");

        static (ActionRequest?, bool, ServiceError?) Wrong(string field, string what) =>
            (null, false, InputFault.Tell([new(field, what)], "Compare the arguments with the tool's schema; nothing was sent."));
    }

    private async Task<McpResult> DescribeAsync(ILinkedAccountGrain account, ToolCall asked, CancellationToken cancellationToken)
    {
        if (asked.Arguments.ValueKind is JsonValueKind.Object && asked.Arguments.GetPropertyCount() > 0)
            return McpAnswer.Failed(RequestErrors.Unreadable($"{McpTools.State} takes no arguments."));
        if (await account.GetLiveStateAsync() is not { } state)
            return McpAnswer.Failed(RequestErrors.NoSuchAccount(account.GetPrimaryKeyString()));
        var (limits, _) = await quotas.DescribeAsync(state.Account.ClientId, cancellationToken);
        return McpAnswer.Own(AgentState.From(state, limits ?? []), options.Value.MaxResultBytes, quotesAutodesk: true);
    }

    private async Task<IReadOnlySet<string>?> EnabledAsync(HttpContext http, string accountId)
    {
        var (found, unknown) = await enabled.OfAsync(http.User, accountId);
        return unknown is null ? found : throw McpView.Invalid(unknown.Detail);
    }

    /// <summary>Finds what <c>tools/list</c> would show, and nothing else.</summary>
    private async Task<McpResult> SearchAsync(HttpContext http, ToolCall asked, McpView view)
    {
        var (search, error) = ActionSearch.Read(asked.Arguments);
        if (search is null)
            return McpAnswer.Failed(error!);
        var ofAccount = view.AccountId is { } id ? await EnabledAsync(http, id) : null;
        var hits = search
            .Find(catalog)
            .Where(found => McpTools.MayUse(view, found.Action) && ofAccount?.Contains(found.Action.Id) is not false)
            .Take(search.TopK ?? 5)
            .Select(found => new
            {
                id = found.Action.Id,
                description = found.Action.Description,
                safety = WireName.Of(found.Action.CallSafety),
                input = ToolSchema.Of(found.Action),
                similarity_score = found.Score,
            })
            .ToList();
        return McpAnswer.Own(hits, SearchBytes, note: hits.Count == 0 ? NothingFound : null);
    }

    private static ServiceError NoRead(string actionId) =>
        new(
            ErrorCode.ActionNotAllowed,
            ErrorSource.Caller,
            $"{actionId} changes something, and {McpTools.ExecuteRead} runs only what changes nothing. Nothing was sent."
        )
        {
            NextStep = $"Run it with {McpTools.Execute}.",
        };
}
