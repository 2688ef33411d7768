using System.Runtime.CompilerServices;
using TenantHub.Client.Http;

namespace TenantHub.Client.Calls;

/// <summary>The call log.</summary>
public sealed class CallsClient
{
    private readonly ClientConnection _connection;

    internal CallsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists calls, newest first, page by page as they are asked for.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<LoggedCall> ListAsync(
        CallFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string? next = null;
        do
        {
            var query = new QueryText()
                .Add("account_ids", filter?.AccountIds)
                .Add("actions", filter?.Actions)
                .Add("outcomes", filter?.Outcomes)
                .Add("success", filter?.Success)
                .Add("start_date", filter?.From)
                .Add("end_date", filter?.To)
                .Add("page_size", filter?.PageSize ?? 100)
                .Add("next", next);
            var page = await _connection.GetAsync("/requests/logs" + query, ClientJson.Default.CallPage, cancellationToken);
            foreach (var call in page.Data)
                yield return call;
            next = page.Next;
        } while (next is not null);
    }

    /// <summary>Gets a call with its steps.</summary>
    /// <param name="id">Its id: <c>RequestId</c> of the answer or of the exception.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<LoggedCall> GetAsync(string id, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync("/requests/logs/" + Uri.EscapeDataString(id), ClientJson.Default.CallResult, cancellationToken)).Data;
}

/// <summary>Which calls are listed; what is empty does not narrow.</summary>
public sealed record CallFilter
{
    /// <summary>Gets the accounts.</summary>
    public IReadOnlyList<string> AccountIds { get; init; } = [];

    /// <summary>Gets the actions.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>Gets the outcomes: <c>succeeded</c>, <c>canceled</c> or error codes.</summary>
    public IReadOnlyList<string> Outcomes { get; init; } = [];

    /// <summary>Gets whether they succeeded; null for both.</summary>
    public bool? Success { get; init; }

    /// <summary>Gets the earliest time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the latest time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets how many are read at a time, 1 to 100; the default is 100.</summary>
    public int PageSize { get; init; } = 100;
}

/// <summary>A call of the log.</summary>
public sealed record LoggedCall
{
    /// <summary>Gets the id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset EndTime { get; init; }

    /// <summary>Gets the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the action.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the HTTP status with which TenantHub answered.</summary>
    public int Status { get; init; }

    /// <summary>Gets whether it succeeded.</summary>
    public bool Success { get; init; }

    /// <summary>Gets <c>succeeded</c>, <c>canceled</c> or an error code.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets how long it took, in milliseconds.</summary>
    public double Duration { get; init; }

    /// <summary>Gets Autodesk's last status; null when it was not asked.</summary>
    public int? ProviderStatus { get; init; }

    /// <summary>Gets the trace.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets what the caller was told of a failure, without what the caller had given; null when it succeeded.</summary>
    public LoggedError? Error { get; init; }

    /// <summary>Gets the steps; null where they are not told, as in lists.</summary>
    public IReadOnlyList<LoggedStep>? StepRequests { get; init; }
}

/// <summary>What a caller was told of a failure.</summary>
/// <param name="Detail">What happened.</param>
/// <param name="Errors">The single faults of an input.</param>
public sealed record LoggedError(string Detail, IReadOnlyList<FieldFault> Errors);

/// <summary>A request to Autodesk, or a wait.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>request</c>, <c>lane</c>, <c>token</c>, <c>quota</c>, <c>backoff</c> or <c>read_back</c>.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="Duration">How long it took, in milliseconds.</param>
/// <param name="HttpMethod">The method; null for a wait.</param>
/// <param name="Path">The path; null for a wait.</param>
/// <param name="Status">Autodesk's status; null for a wait.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record LoggedStep(
    string Id,
    string Kind,
    DateTimeOffset StartTime,
    double Duration,
    string? HttpMethod,
    string? Path,
    int? Status,
    string Outcome
);

internal sealed record CallPage(IReadOnlyList<LoggedCall> Data, string? Next);

internal sealed record CallResult(LoggedCall Data);
