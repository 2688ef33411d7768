namespace TenantHub.Cli.Configuration;

/// <summary>One TenantHub as the command line knows it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Key">The API key.</param>
internal sealed record CliProfile(string Address, string Key)
{
    /// <summary>Gets the secret with which <c>listen</c> signs what it passes on: the same each time, so that a receiver is set up
    /// once.</summary>
    public string? ListenSecret { get; init; }

    public override string ToString() => $"CliProfile {{ Address = {Address} }}";
}
