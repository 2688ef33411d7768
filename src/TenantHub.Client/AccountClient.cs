using System.Runtime.CompilerServices;
using System.Text.Json;
using TenantHub.Client.Accounts;
using TenantHub.Client.Actions;
using TenantHub.Client.Events;
using TenantHub.Client.Files;
using TenantHub.Client.Http;
using TenantHub.Client.Recordings;

namespace TenantHub.Client;

/// <summary>One linked account: its actions, and what can be done to it. The typed methods of the actions are generated from the
/// catalog.</summary>
public sealed partial class AccountClient
{
    private readonly ClientConnection _connection;

    internal AccountClient(ClientConnection connection, string id)
    {
        (_connection, Id) = (connection, id);
        Files = new FilesClient(connection, id);
        Subscriptions = new SubscriptionsClient(connection, id);
        Events = new EventFeedClient(connection, id);
        Recording = new RecordingClient(connection, id);
    }

    /// <summary>Gets the account's id.</summary>
    public string Id { get; }

    /// <summary>Gets the account's files: uploads of any size, downloads, trees of folders.</summary>
    public FilesClient Files { get; }

    /// <summary>Gets what Autodesk tells of the account.</summary>
    public SubscriptionsClient Subscriptions { get; }

    /// <summary>Gets what Autodesk has told of the account.</summary>
    public EventFeedClient Events { get; }

    /// <summary>Gets the account's calls recorded with their bodies.</summary>
    public RecordingClient Recording { get; }

    private string Path => "/accounts/" + Uri.EscapeDataString(Id);

    /// <summary>Runs an action. A write gets an idempotency key of its own, so that a repeat carries it out once.</summary>
    /// <param name="action">The action's id; <see cref="AutodeskActions"/> has them.</param>
    /// <param name="input">What it is given; null for nothing.</param>
    /// <param name="options">How the call is run.</param>
    /// <param name="cancellationToken">Ends the call. A write that was sent is carried out all the same.</param>
    /// <exception cref="TenantHubException">The call failed.</exception>
    public Task<ActionAnswer> RunAsync(
        string action,
        ActionInput? input = null,
        ActionOptions? options = null,
        CancellationToken cancellationToken = default
    ) => SendAsync(Call("/actions/rpc", action, input, options), cancellationToken);

    /// <summary>Runs an action that carries a file.</summary>
    /// <param name="action">The action's id.</param>
    /// <param name="input">What it is given beside the file.</param>
    /// <param name="content">The file's bytes from the stream's position on; left open. Only a stream that can seek can be sent
    /// again.</param>
    /// <param name="options">How the call is run.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TenantHubException">The call failed.</exception>
    public Task<ActionAnswer> RunFileAsync(
        string action,
        ActionInput input,
        Stream content,
        ActionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        return SendAsync(Call("/actions/rpc", action, input, options) with { File = content }, cancellationToken);
    }

    /// <summary>Reads the pages of a list one after the other, each when it is asked for.</summary>
    /// <param name="action">The action's id.</param>
    /// <param name="input">What it is given; a <c>next</c> in its query is where the pages begin.</param>
    /// <param name="options">How each page's call is run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<ActionAnswer> PagesAsync(
        string action,
        ActionInput? input = null,
        ActionOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var given = input ?? new ActionInput();
        while (true)
        {
            var page = await RunAsync(action, given, options, cancellationToken);
            yield return page;
            if (page.Next is not { } next)
                yield break;
            given = given.WithQuery("next", next);
        }
    }

    /// <summary>Reads the rows of all pages of a list.</summary>
    /// <param name="action">The action's id: one that has pages.</param>
    /// <param name="input">What it is given.</param>
    /// <param name="options">How each page's call is run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The action has no pages.</exception>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public IAsyncEnumerable<JsonElement> RowsAsync(
        string action,
        ActionInput? input = null,
        ActionOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        ActionFacts.Of(action).Rows is { } member
            ? RowsAsync(member, PagesAsync(action, input, options, cancellationToken))
            : throw new ArgumentException($"{action} has no pages.", nameof(action));

    /// <summary>Tells what a call would send, need and wait for; nothing is sent.</summary>
    /// <param name="action">The action's id.</param>
    /// <param name="input">What it would be given.</param>
    /// <param name="options">How it would be run.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">The plan could not be made.</exception>
    public Task<CallPlan> PlanAsync(
        string action,
        ActionInput? input = null,
        ActionOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        _connection.ReadAsync(
            Call("/actions/plan", action, input, options) with
            {
                IsRead = true,
                Name = "plan " + action,
            },
            ClientJson.Default.CallPlan,
            cancellationToken
        );

    /// <summary>Gets the account.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> GetAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(Path, ClientJson.Default.LinkedAccount, cancellationToken);

    /// <summary>Gets what the account is doing at this moment.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<AccountState> GetStateAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(Path + "/state", ClientJson.Default.AccountState, cancellationToken);

    /// <summary>Changes what is set in the change; the rest stays.</summary>
    /// <param name="change">What is changed.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> UpdateAsync(AccountChange change, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Patch,
            Path,
            change,
            ClientJson.Default.AccountChange,
            ClientJson.Default.LinkedAccount,
            cancellationToken
        );

    /// <summary>Looks at Autodesk whether the account works: the doctor. The answer holds the checks.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> VerifyAsync(CancellationToken cancellationToken = default) => PostAsync("/verify", cancellationToken);

    /// <summary>Stops the account: its calls are refused until it is resumed.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> SuspendAsync(CancellationToken cancellationToken = default) => PostAsync("/suspend", cancellationToken);

    /// <summary>Lets a suspended account work again.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> ResumeAsync(CancellationToken cancellationToken = default) => PostAsync("/resume", cancellationToken);

    /// <summary>Unlinks the account: its secrets are destroyed.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> UnlinkAsync(CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Delete, Path, ClientJson.Default.LinkedAccount, cancellationToken);

    /// <summary>Changes the secret of the account's own app: tried first, and the one before is held for a day.</summary>
    /// <param name="credentials">The app with its new secret.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<LinkedAccount> RotateAsync(AppCredentials credentials, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            Path + "/credentials",
            credentials,
            ClientJson.Default.AppCredentials,
            ClientJson.Default.LinkedAccount,
            cancellationToken
        );

    private static async IAsyncEnumerable<JsonElement> RowsAsync(string member, IAsyncEnumerable<ActionAnswer> pages)
    {
        await foreach (var page in pages)
        {
            var rows =
                member.Length == 0 ? page.Data
                : page.Data.ValueKind is JsonValueKind.Object && page.Data.TryGetProperty(member, out var found) ? found
                : default;
            if (rows.ValueKind is not JsonValueKind.Array)
                continue;
            foreach (var row in rows.EnumerateArray())
                yield return row;
        }
    }

    private Task<LinkedAccount> PostAsync(string what, CancellationToken cancellationToken) =>
        _connection.ChangeAsync(HttpMethod.Post, Path + what, ClientJson.Default.LinkedAccount, cancellationToken);

    private async Task<ActionAnswer> SendAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(request, cancellationToken);
        return ActionAnswer.From(
            await ClientConnection.ReadAsync(request, response, ClientJson.Default.RpcAnswer, cancellationToken),
            response,
            request.IdempotencyKey
        );
    }

    private ClientRequest Call(string path, string action, ActionInput? input, ActionOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(action);
        var isRead = ActionFacts.Of(action).Safety is ActionSafety.Read;
        return new ClientRequest(HttpMethod.Post, path)
        {
            Name = "action " + action,
            Json = (input ?? new ActionInput()).ToJson(action),
            AccountId = Id,
            Action = action,
            IsRead = isRead,
            IdempotencyKey = options?.IdempotencyKey ?? (isRead ? null : Guid.NewGuid().ToString("N")),
            IsBulk = options?.IsBulk ?? false,
            MaxWait = options?.MaxWait,
        };
    }
}
