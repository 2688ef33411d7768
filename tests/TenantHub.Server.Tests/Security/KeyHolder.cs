using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>Makes API keys and clients that carry them.</summary>
internal static class KeyHolder
{
    public static async Task<(string Text, string Id)> MakeKeyAsync(
        this ServerProcess hub,
        string role,
        string[]? owners = null,
        string[]? profiles = null,
        DateTimeOffset? expiresAt = null,
        string[]? actions = null,
        string? ceiling = null,
        string? approval = null
    )
    {
        var made = await hub.Http.SendAsync(
            HttpMethod.Post,
            "/keys",
            new
            {
                name = $"{role} of a test",
                role,
                origin_owner_ids = owners,
                profile_ids = profiles,
                expires_at = expiresAt,
                actions,
                ceiling,
                approval,
            }
        );
        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        return ((string)made.Body!["key"]!, (string)made.Body["description"]!["id"]!);
    }

    public static async Task<HttpClient> HoldKeyAsync(
        this ServerProcess hub,
        string role,
        string[]? owners = null,
        string[]? profiles = null,
        string[]? actions = null,
        string? ceiling = null,
        string? approval = null
    ) => hub.NewClient((await hub.MakeKeyAsync(role, owners, profiles, actions: actions, ceiling: ceiling, approval: approval)).Text);
}
