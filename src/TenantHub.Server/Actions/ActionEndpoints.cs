using System.Globalization;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Transfers;

namespace TenantHub.Server.Actions;

/// <summary>The list of actions, and the one door through which all of them are run.</summary>
internal static class ActionEndpoints
{
    private const string AccountHeader = "x-account-id";

    public static RouteGroupBuilder MapActions(this IEndpointRouteBuilder app)
    {
        var actions = app.MapGroup("/actions").WithTags("Actions");
        actions.MapGet("/", List).WithName("list_actions_meta").WithSummary("Lists the actions, with their schemas when include=action_details")
            .Produces<ActionsPage>();
        actions.MapPost("/rpc", RunAsync).WithName("rpc_action").WithSummary("Runs an action for the account named in x-account-id")
            .Accepts<RpcBody>("application/json", "multipart/form-data").Produces<RpcAnswer>();
        return actions;
    }

    private static IResult List(HttpRequest request, ActionCatalog catalog)
    {
        var (page, error) = ActionList.Read(request.Query, catalog);
        return page is null ? new HubErrorResult(error!) : Results.Json(page, JsonBody.Options);
    }

    private static async Task<IResult> RunAsync(HttpRequest request, IGrainFactory grains, FileActions files, CancellationToken cancellationToken)
    {
        var accountId = request.Headers[AccountHeader].ToString();
        if (accountId.Length == 0) return new HubErrorResult(RequestErrors.NoAccountHeader());
        if (!LinkedAccountId.TryParse(accountId, out _)) return new HubErrorResult(RequestErrors.NoSuchAccount(accountId));
        var account = grains.GetGrain<ILinkedAccountGrain>(accountId);

        if (request.HasFormContentType) return await files.RunMultipartAsync(request, account, cancellationToken);
        if (!request.HasJsonContentType()) return new HubErrorResult(RequestErrors.MediaType(request.ContentType));

        var (json, tooLarge) = await JsonBody.ReadBytesAsync(request, JsonBody.MaxBytes, cancellationToken);
        if (json is null) return new HubErrorResult(tooLarge!);
        var (action, invalid) = RpcRequest.Parse(json);
        if (action is null) return new HubErrorResult(invalid!);
        action = action with { MaxWait = MaxWait(request) };

        return files.TakesFile(action.ActionId)
            ? await files.RunInlineAsync(action, account, cancellationToken)
            : Answer(await account.RunActionAsync(action, cancellationToken));
    }

    internal static IResult Answer(ActionResult result) => result switch
    {
        ActionResult.Succeeded succeeded => new RpcResult(succeeded),
        ActionResult.Failed { Error: var error } => new HubErrorResult(error),
        _ => throw new InvalidOperationException("A transfer is carried out before it is answered."),
    };

    /// <summary>Reads <c>Prefer: wait=seconds</c> (RFC 7240); what is not understood is ignored, as the RFC demands.</summary>
    internal static TimeSpan? MaxWait(HttpRequest request)
    {
        foreach (var preference in request.Headers["Prefer"].ToString().Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 120)
                return TimeSpan.FromSeconds(seconds);
        }

        return null;
    }
}
