namespace TenantHub.LoadTests.Running;

/// <summary>What the command line says; null where a scenario decides.</summary>
internal sealed record RunOptions(int? Accounts, int? Seconds, int? Silos, string Out, bool Short);
