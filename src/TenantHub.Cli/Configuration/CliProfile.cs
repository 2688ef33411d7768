using System.Text.Json.Serialization;

namespace TenantHub.Cli.Configuration;

/// <summary>One TenantHub as the command line knows it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Key">The API key, or the access token of a person who has signed in.</param>
internal sealed record CliProfile(string Address, string Key)
{
    /// <summary>Gets the secret with which <c>listen</c> signs what it passes on: the same each time, so that a receiver is set up
    /// once.</summary>
    public string? ListenSecret { get; init; }

    /// <summary>Gets how the key is renewed, when it is a person's token; null for an API key.</summary>
    public SignIn? SignIn { get; init; }

    /// <summary>Gets the name under which the profile is kept; empty for one that is not.</summary>
    [JsonIgnore]
    public string Name { get; init; } = "";

    public override string ToString() => $"CliProfile {{ Address = {Address} }}";
}

/// <summary>How a person's access token is renewed.</summary>
/// <param name="TokenEndpoint">The provider's endpoint.</param>
/// <param name="ClientId">The public client.</param>
/// <param name="RefreshToken">What a new token is got with; null when the provider gives none.</param>
/// <param name="ExpiresAt">When the access token expires.</param>
internal sealed record SignIn(string TokenEndpoint, string ClientId, string? RefreshToken, DateTimeOffset ExpiresAt)
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30); // Before it has expired on its way.

    public bool IsOver => TimeProvider.System.GetUtcNow() >= ExpiresAt - Early;

    public override string ToString() => $"SignIn {{ ClientId = {ClientId}, ExpiresAt = {ExpiresAt:O} }}";
}
