namespace TenantHub.Audit;

/// <summary>
/// One row of the audit. A change has two: its intent, written before it is tried, and its outcome. Each row's hash covers the row before
/// it, so a row that is changed, removed or put in later shows (docs/audit.md has the exact form).
/// </summary>
public sealed record AuditEntry
{
    /// <summary>Gets the row's number, from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>Gets when it was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the number of the intent that this row is the outcome of; null when the row is an intent.</summary>
    public long? IntentSequence { get; init; }

    /// <summary>Gets who did it: <c>key:key_...</c>, <c>key:bootstrap</c> or <c>oidc:subject</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>Gets the actor's name for people.</summary>
    public required string ActorName { get; init; }

    /// <summary>Gets the IP address from which it was asked for.</summary>
    public required string Address { get; init; }

    /// <summary>Gets what was asked for, by the endpoint's name: <c>suspend_account</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Gets what it was asked of: <c>account/acc_...</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Gets <c>succeeded</c>, the error code, or <c>unknown</c>; empty for an intent.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Gets the SHA-256 of the row and of the hash before it, in lower-case hexadecimal.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>A change with its outcome, as the audit is read.</summary>
/// <param name="Intent">Who wanted what, and when.</param>
/// <param name="Target">What it was asked of; what is made by the change itself is named by the outcome.</param>
/// <param name="Outcome">How it ended; null while it runs, and for ever when TenantHub ended before it could be written.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record AuditedChange(AuditEntry Intent, string Target, string? Outcome, DateTimeOffset? EndedAt);

/// <summary>What to read. What is null does not restrict.</summary>
public sealed record AuditFilter
{
    /// <summary>Gets the actor.</summary>
    public string? Actor { get; init; }

    /// <summary>Gets the action.</summary>
    public string? Action { get; init; }

    /// <summary>Gets the target.</summary>
    public string? Target { get; init; }

    /// <summary>Gets the first instant.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the instant that is not included any more.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the number that all changes must be below: the last one of the page before.</summary>
    public long? Before { get; init; }

    /// <summary>Gets how many changes at most.</summary>
    public int PageSize { get; init; } = 50;
}

/// <summary>Where the chain ends: kept elsewhere, it proves later that nothing up to here was rewritten.</summary>
/// <param name="Sequence">The number of the last row; zero when there is none.</param>
/// <param name="Hash">Its hash.</param>
public sealed record AuditHead(long Sequence, string Hash);

/// <summary>What is wrong with one row.</summary>
public enum AuditProblem
{
    /// <summary>Its content is not what was hashed, or its hash is not the one that the next row was made with.</summary>
    Changed,

    /// <summary>It is not there.</summary>
    Removed,

    /// <summary>It was put in behind the end of the chain.</summary>
    Inserted,

    /// <summary>The chain agrees with itself and not with the head that is known from elsewhere: it was rewritten.</summary>
    Rewritten,

    /// <summary>The head that was kept in the database is not as TenantHub sealed it: somebody has edited it.</summary>
    Forged,
}

/// <summary>One fault of the chain.</summary>
/// <param name="Sequence">The row.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record AuditFault(long Sequence, AuditProblem Problem);

/// <summary>Which rows to look at. One look takes a bounded number of them; <see cref="AuditVerification.Next"/> says where to go
/// on.</summary>
/// <param name="From">The first; null for the row after the kept head, or earlier, so that the newest rows are always looked at.</param>
/// <param name="To">The last; null for the end of the chain.</param>
public sealed record AuditRange(long? From = null, long? To = null);

/// <summary>What a look over the chain has found.</summary>
/// <param name="Head">The end of the chain.</param>
/// <param name="Faults">The faults, the first hundred of them; empty when it is sound.</param>
public sealed record AuditVerification(AuditHead Head, IReadOnlyList<AuditFault> Faults)
{
    /// <summary>Gets the first row that was looked at.</summary>
    public required long From { get; init; }

    /// <summary>Gets the last row that was looked at.</summary>
    public required long To { get; init; }

    /// <summary>Gets the row at which the next look goes on; null when the end was reached.</summary>
    public long? Next { get; init; }

    /// <summary>Gets the head that is kept in the database: up to it the chain was sound when it was looked at. Null when there is
    /// none.</summary>
    public AuditHead? Kept { get; init; }
}
