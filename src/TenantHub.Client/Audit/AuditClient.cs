using System.Globalization;
using System.Runtime.CompilerServices;
using TenantHub.Client.Http;

namespace TenantHub.Client.Audit;

/// <summary>Who changed what.</summary>
public sealed class AuditClient
{
    private const int PageSize = 200;
    private readonly ClientConnection _connection;

    internal AuditClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists changes, newest first, page by page as they are asked for.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<AuditedChange> ListAsync(
        AuditFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string? next = null;
        do
        {
            var query = new QueryText()
                .Add("actor", filter?.Actor)
                .Add("action", filter?.Action)
                .Add("target", filter?.Target)
                .Add("from", filter?.From)
                .Add("to", filter?.To)
                .Add("page_size", PageSize)
                .Add("next", next);
            var page = await _connection.GetAsync("/audit" + query, ClientJson.Default.AuditPage, cancellationToken);
            foreach (var change in page.Data)
                yield return change;
            next = page.Next;
        } while (next is not null);
    }

    /// <summary>Looks whether somebody has edited the record. One look takes at most 200,000 rows; <see cref="AuditVerification.Next"/>
    /// says where to go on.</summary>
    /// <param name="from">The first row; null for the one after what was last found sound.</param>
    /// <param name="known">A head that was kept elsewhere: the record must still contain it.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">Nobody could look.</exception>
    public Task<AuditVerification> VerifyAsync(long? from = null, AuditHead? known = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            "/audit/verify"
                + new QueryText()
                    .Add("from", from?.ToString(CultureInfo.InvariantCulture))
                    .Add("known", known is null ? null : string.Create(CultureInfo.InvariantCulture, $"{known.Sequence}:{known.Hash}")),
            ClientJson.Default.AuditVerification,
            cancellationToken
        );
}

/// <summary>Which changes are listed; what is null does not narrow.</summary>
public sealed record AuditFilter
{
    /// <summary>Gets who: a key's id, or a person's.</summary>
    public string? Actor { get; init; }

    /// <summary>Gets what: <c>link_account</c> ...</summary>
    public string? Action { get; init; }

    /// <summary>Gets of what: <c>account/acc_...</c>, <c>profile/...</c></summary>
    public string? Target { get; init; }

    /// <summary>Gets the earliest time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the time before which it was.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>One change.</summary>
public sealed record AuditedChange
{
    /// <summary>Gets the number of its row.</summary>
    public long Sequence { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets who asked.</summary>
    public required string Actor { get; init; }

    /// <summary>Gets who, for people.</summary>
    public required string ActorName { get; init; }

    /// <summary>Gets the IP address.</summary>
    public required string Address { get; init; }

    /// <summary>Gets what.</summary>
    public required string Action { get; init; }

    /// <summary>Gets of what.</summary>
    public required string Target { get; init; }

    /// <summary>Gets <c>succeeded</c>, an error code, or <c>unknown</c>; null while it runs or when its end was never written.</summary>
    public string? Outcome { get; init; }

    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the row's hash.</summary>
    public required string Hash { get; init; }
}

/// <summary>What a look over the record has found.</summary>
/// <param name="IsSound">Whether the rows that were looked at are as they were written.</param>
/// <param name="Head">The end of the record. Kept elsewhere, it proves later that nothing up to here was rewritten.</param>
/// <param name="From">The first row that was looked at.</param>
/// <param name="To">The last row that was looked at.</param>
/// <param name="Next">Where the next look goes on; null when the end was reached.</param>
/// <param name="Faults">What is wrong, the first hundred faults.</param>
public sealed record AuditVerification(bool IsSound, AuditHead Head, long From, long To, long? Next, IReadOnlyList<AuditFault> Faults);

/// <summary>An end of the record.</summary>
/// <param name="Sequence">The number of the last row; zero when there is none.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AuditHead(long Sequence, string Hash);

/// <summary>One fault of the record.</summary>
/// <param name="Sequence">The row.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record AuditFault(long Sequence, string Problem);

internal sealed record AuditPage(IReadOnlyList<AuditedChange> Data, string? Next);
