using System.Globalization;
using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Calls;

public sealed class ServerTimingTests(ServerFixture fixture)
{
    [Fact]
    public async Task TimeWithAutodesk_IsToldAsSuch_AndAllPartsTogetherAreNotMoreThanTheWhole()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects" },
                kind = "latency",
                delay_ms = 300,
                times = 1,
            }
        );

        var since = TimeProvider.System.GetTimestamp();
        var timing = Read(await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_projects" }));
        var took = TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;

        Assert.Equal(["lane", "quota", "token", "upstream", "backoff", "hub"], timing.Keys);
        Assert.True(timing["upstream"] >= 295, $"{timing["upstream"]}");
        Assert.InRange(timing.Values.Sum(), timing["upstream"], took);
    }

    [Fact]
    public async Task CallBehindAnother_WaitsInTheLane()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects" },
                kind = "latency",
                delay_ms = 400,
                times = 1,
            }
        );

        var both = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_projects" }))
        );

        // Which of the two is first is not ours to say; together they waited about as long as Autodesk took for the first.
        Assert.True(both.Sum(answer => Read(answer)["lane"]) >= 300);
    }

    [Fact]
    public async Task RefusedCall_HasItsTimingAndItsIdToo()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "no_such_action" });

        Assert.Equal(0, Read(answer)["upstream"]);
        Assert.True(Guid.TryParse(answer.Headers["x-request-id"], out _));
    }

    private static Dictionary<string, double> Read(ApiAnswer answer) =>
        Regex
            .Matches(answer.Headers["server-timing"], @"([a-z]+);dur=([0-9.]+)")
            .ToDictionary(part => part.Groups[1].Value, part => double.Parse(part.Groups[2].Value, CultureInfo.InvariantCulture));
}
