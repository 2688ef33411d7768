using TenantHub.Client.Http;

namespace TenantHub.Client.Recordings;

/// <summary>One account's calls recorded with their bodies, for support (operators only). Beginning, stopping and reading are
/// audited.</summary>
public sealed class RecordingClient
{
    private readonly ClientConnection _connection;
    private readonly string _path;

    internal RecordingClient(ClientConnection connection, string accountId) =>
        (_connection, _path) = (connection, $"/accounts/{Uri.EscapeDataString(accountId)}/recording");

    /// <summary>Records the account's next calls, for 15 minutes at most.</summary>
    /// <param name="calls">How many, 1 to 100.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<AccountRecording> BeginAsync(int calls = 20, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            _path,
            new NewRecording(calls),
            ClientJson.Default.NewRecording,
            ClientJson.Default.AccountRecording,
            cancellationToken
        );

    /// <summary>Stops recording; what was recorded stays for a day.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<AccountRecording> StopAsync(CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Delete, _path, ClientJson.Default.AccountRecording, cancellationToken);

    /// <summary>Gets whether the account is recorded, and what was recorded within a day.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<AccountRecording> GetAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(_path, ClientJson.Default.AccountRecording, cancellationToken);

    /// <summary>Gets a recorded call with its bodies, without secrets, tokens and signed URLs.</summary>
    /// <param name="requestId">The call's id in the call log.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<RecordedCall> ReadAsync(string requestId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync($"{_path}/{Uri.EscapeDataString(requestId)}", ClientJson.Default.RecordedCall, cancellationToken);
}

/// <summary>Whether an account is recorded, and what was recorded within a day.</summary>
/// <param name="Recording">The recording that runs; null when none does.</param>
/// <param name="Recorded">The recorded calls, newest first.</param>
public sealed record AccountRecording(RunningRecording? Recording, IReadOnlyList<RecordedCallItem> Recorded);

/// <summary>A recording that runs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="BegunAt">When it was begun.</param>
/// <param name="Until">When it ends at the latest.</param>
/// <param name="Calls">How many calls it records.</param>
/// <param name="Left">How many are still to come.</param>
public sealed record RunningRecording(string Id, DateTimeOffset BegunAt, DateTimeOffset Until, int Calls, int Left);

/// <summary>A recorded call without its bodies.</summary>
/// <param name="RequestId">Its id in the call log.</param>
/// <param name="RecordingId">The recording.</param>
/// <param name="Action">The action.</param>
/// <param name="StartedAt">When it was asked for.</param>
/// <param name="Outcome"><c>succeeded</c>, <c>canceled</c> or an error code.</param>
public sealed record RecordedCallItem(string RequestId, string RecordingId, string Action, DateTimeOffset StartedAt, string Outcome);

/// <summary>A recorded call.</summary>
public sealed record RecordedCall
{
    /// <summary>Gets the id in the call log.</summary>
    public required string RequestId { get; init; }

    /// <summary>Gets the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the recording.</summary>
    public required string RecordingId { get; init; }

    /// <summary>Gets the action.</summary>
    public required string Action { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets <c>succeeded</c>, <c>canceled</c> or an error code.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets what the caller gave: path, query, headers and body as one JSON object; null when there was nothing.</summary>
    public RecordedBody? Input { get; init; }

    /// <summary>Gets the requests to Autodesk.</summary>
    public IReadOnlyList<RecordedRequest> Requests { get; init; } = [];

    /// <summary>Gets the data that the caller got; null when there was none.</summary>
    public RecordedBody? Answer { get; init; }

    /// <summary>Gets the error that the caller got; null when there was none.</summary>
    public string? Error { get; init; }
}

/// <summary>A body as it is kept.</summary>
/// <param name="Text">Its text without secrets.</param>
/// <param name="Bytes">Its size as it came.</param>
/// <param name="IsCut">Whether the end is missing.</param>
public sealed record RecordedBody(string Text, int Bytes, bool IsCut);

/// <summary>A request to Autodesk that was made for a recorded call.</summary>
/// <param name="ActionId">The action whose request it was.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with its parameters in braces.</param>
/// <param name="Status">The status of the answer; null when none came.</param>
/// <param name="Sent">The body that was sent; null when there was none.</param>
/// <param name="Received">The body of an answer that was no success; null when it was one.</param>
public sealed record RecordedRequest(
    string ActionId,
    string Method,
    string Path,
    int? Status = null,
    RecordedBody? Sent = null,
    RecordedBody? Received = null
);

internal sealed record NewRecording(int Calls);
