namespace TenantHub.Accounts;

/// <summary>What a rebuild of the account directory has done.</summary>
/// <param name="Accounts">How many accounts there are, unlinked ones included.</param>
/// <param name="Repaired">How many rows were missing or wrong.</param>
/// <param name="Removed">How many rows stood for no account.</param>
/// <param name="Unreadable">Accounts whose stored state could not be read; their rows were left as they are.</param>
public sealed record DirectoryRebuild(long Accounts, long Repaired, long Removed, IReadOnlyList<string> Unreadable);
