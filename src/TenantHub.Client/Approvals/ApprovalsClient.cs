using System.Runtime.CompilerServices;
using System.Text.Json;
using TenantHub.Client.Http;

namespace TenantHub.Client.Approvals;

/// <summary>Calls that wait for a person. Operators decide; who wants a call may ask what became of it.</summary>
public sealed class ApprovalsClient
{
    private const int PageSize = 100;
    private readonly ClientConnection _connection;

    internal ApprovalsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists calls that need or needed a person, page by page as they are asked for.</summary>
    /// <param name="onlyPending">True for those that wait, the oldest first; false for all, the newest first.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<Approval> ListAsync(
        bool onlyPending = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string? next = null;
        IReadOnlyList<Approval> page;
        do
        {
            page = await _connection.GetAsync(
                "/approvals" + new QueryText().Add("status", onlyPending ? "pending" : null).Add("limit", PageSize).Add("next", next),
                ClientJson.Default.IReadOnlyListApproval,
                cancellationToken
            );
            foreach (var approval in page)
                yield return approval;
            next = page is [.., var last] ? last.Id : null;
        } while (page.Count == PageSize);
    }

    /// <summary>Gets what became of a call.</summary>
    /// <param name="id">The approval's id: <see cref="TenantHubException.ApprovalId"/> of the refused call.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<Approval> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(Path(id), ClientJson.Default.Approval, cancellationToken);

    /// <summary>Lets the caller send the call again: it takes effect once.</summary>
    /// <param name="id">The approval's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<Approval> ApproveAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, Path(id) + "/approve", ClientJson.Default.Approval, cancellationToken);

    /// <summary>Refuses the call.</summary>
    /// <param name="id">The approval's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<Approval> RefuseAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, Path(id) + "/refuse", ClientJson.Default.Approval, cancellationToken);

    private static string Path(string id) => "/approvals/" + Uri.EscapeDataString(id);
}

/// <summary>A call that needs a person.</summary>
public sealed record Approval
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the action.</summary>
    public required string Action { get; init; }

    /// <summary>Gets <c>pending</c>, <c>approved</c>, <c>refused</c>, <c>used</c> or <c>expired</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Gets who wants the call.</summary>
    public required string CallerId { get; init; }

    /// <summary>Gets the agent's program; null when it is not known.</summary>
    public string? Client { get; init; }

    /// <summary>Gets the call: the action and its input.</summary>
    public JsonElement Call { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>Gets until when it can be decided, and used.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets who decided; null when nobody has.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>Gets when; null when nobody has.</summary>
    public DateTimeOffset? DecidedAt { get; init; }
}
