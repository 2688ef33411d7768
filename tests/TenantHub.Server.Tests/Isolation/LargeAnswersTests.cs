using System.Net;
using System.Net.Http.Json;
using System.Text;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Large answers stand in buffers that calls have after one another: none may show what another call's customer was told.</summary>
public sealed class LargeAnswersTests(ServerFixture fixture)
{
    private const int Calls = 40;
    private static readonly object GetHub = new { action = "autodesk_get_hub" };

    [Fact]
    public async Task AnswersOfManyAtOnce_AreEachTheirOwn_AlsoBesideCallersWhoLeaveAndConnectionsThatAreCut()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.LinkAsync()));
        var texts = accounts.Select((_, i) => new string((char)('a' + i), 60_000 + (i * 30_000))).ToArray();
        for (var i = 0; i < accounts.Length; i++)
        {
            var answer = new { text = texts[i] };
            var cut = new
            {
                kind = "answer",
                status = 200,
                body = answer,
                content_length = 200_000,
                skip = 3,
                times = 3,
            };
            await FaultAsync(cut, accounts[i]);
            await FaultAsync(
                new
                {
                    kind = "answer",
                    status = 200,
                    body = answer,
                },
                accounts[i]
            );
        }

        var calls = Enumerable.Range(0, Calls * accounts.Length).Select(n => AskAsync(accounts[n % 4], texts[n % 4], leaves: n % 5 == 4));
        var outcomes = await Task.WhenAll(calls);

        Assert.DoesNotContain(outcomes, outcome => outcome.StartsWith("another's", StringComparison.Ordinal));
        Assert.True(outcomes.Count(outcome => outcome == "own") > Calls, string.Join(", ", outcomes.Distinct()));

        Task FaultAsync(object fault, Linked account)
        {
            var json = System.Text.Json.JsonSerializer.SerializeToNode(fault)!.AsObject();
            json["client_id"] = account.ClientId;
            json["match"] = new System.Text.Json.Nodes.JsonObject { ["path_prefix"] = "/project/v1/hubs/" };
            return fixture.Emulator.FaultAsync(json);
        }
    }

    /// <summary>What came of a call. Who leaves reads a few bytes of the answer and closes the connection.</summary>
    private async Task<string> AskAsync(Linked account, string text, bool leaves)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/actions/rpc") { Content = JsonContent.Create(GetHub) };
        request.Headers.Add("x-account-id", account.Id);
        using var response = await fixture.Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        if (response.StatusCode is not HttpStatusCode.OK)
            return response.StatusCode.ToString();
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var expected = Encoding.UTF8.GetBytes("{\"data\":{\"text\":\"" + text + "\"}}");
        var read = new byte[leaves ? 100 : expected.Length];
        var count = await stream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        return expected.AsSpan().StartsWith(read) ? "own" : "another's: " + Encoding.UTF8.GetString(read, 0, Math.Min(count, 200));
    }
}
