using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Two customers: Ann has things, Ben wants them.</summary>
public sealed record TwoTenants(Linked Ann, Linked Ben)
{
    /// <summary>Links both. With one client id Autodesk lets Ben's token do everything with Ann's things.</summary>
    public static async Task<TwoTenants> LinkAsync(ServerFixture fixture, bool oneClientId = true, string? profile = null)
    {
        var app = await fixture.Emulator.AddAppAsync();
        var other = oneClientId ? app : await fixture.Emulator.AddAppAsync();
        return new(await LinkAsync(fixture, app, profile), await LinkAsync(fixture, other, profile));
    }

    /// <summary>Creates the profile with an app of its own, then links both by it.</summary>
    public static async Task<TwoTenants> LinkByProfileAsync(ServerFixture fixture, string profile, bool sharedBuckets)
    {
        var app = await fixture.Emulator.AddAppAsync();
        var created = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Shared app",
                credentials = new { client_id = app.ClientId, client_secret = app.Secret },
                shared_buckets = sharedBuckets,
            }
        );
        Assert.True((int)created.Status == 201, created.Body?.ToJsonString());
        Assert.Equal(sharedBuckets, (bool)created.Body!["shared_buckets"]!);
        return new(await LinkAsync(fixture, app, profile), await LinkAsync(fixture, app, profile));
    }

    /// <summary>Links one more customer by the same app, with a profile or without.</summary>
    public static async Task<Linked> LinkAsync(ServerFixture fixture, (string ClientId, string Secret) app, string? profile)
    {
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var answer = await fixture.Http.LinkAsync(
            app.ClientId,
            app.Secret,
            (string)emulated["acc_account_id"]!,
            actAs: (string)emulated["users"]![0]!["id"]!,
            owner: "owner-" + Guid.NewGuid(),
            profile: profile
        );
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body);
    }
}

internal static class Refusals
{
    /// <summary>What a caller can tell of a refusal, without what he has said himself and what is new every time.</summary>
    public static string Told(this ApiAnswer answer)
    {
        var told = answer.Body!.DeepClone().AsObject();
        foreach (var name in new[] { "timestamp", "traceId" })
            told.Remove(name);
        return $"{(int)answer.Status} {told.ToJsonString()}";
    }

    public static void AssertNotThisAccount(this ApiAnswer answer)
    {
        Assert.True(answer.Code == "not_this_account" && (int)answer.Status == 404, answer.Body?.ToJsonString());
        Assert.False(string.IsNullOrEmpty(answer.Text("nextStep")));
    }

    /// <summary>Nothing in the answer is Ann's, but for what Ben has said himself.</summary>
    public static void AssertTellsNothingOf(this ApiAnswer answer, Linked ann)
    {
        var text = answer.Body?.ToJsonString() ?? "";
        var project = ann.Emulated["projects"]![1]!; // The one that the attacks do not name.
        foreach (
            var id in new[]
            {
                ann.Id,
                ann.AccAccountId,
                (string)project["id"]!,
                (string)project["root_folder_id"]!,
                $"@{ann.AccAccountId[..8]}.example",
            }
        )
            Assert.DoesNotContain(id, text, StringComparison.OrdinalIgnoreCase);
    }
}
