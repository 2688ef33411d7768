using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Errors;

/// <summary>A call that is wrong in a thousand places is answered in few words.</summary>
public sealed class CostOfBadInputTests(ServerFixture fixture)
{
    private const int MaxAnswer = 64 * 1024;

    public static TheoryData<string, string> Calls
    {
        get
        {
            static string Names(int count, string value = "1") =>
                string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i}\":{value}"));
            var longName = new string('n', 300_000);
            return new()
            {
                { "query names", $$"""{"action":"autodesk_list_hubs","query":{{{Names(40_000)}}} }""" },
                { "header names", $$"""{"action":"autodesk_list_hubs","headers":{{{Names(40_000)}}} }""" },
                { "path names", $$"""{"action":"autodesk_list_hubs","path":{{{Names(40_000)}}} }""" },
                { "a hundred query names", $$"""{"action":"autodesk_list_hubs","query":{{{Names(100)}}} }""" },
                { "long query name", $$"""{"action":"autodesk_list_hubs","query":{"{{longName}}":1} }""" },
                { "long action", $$"""{"action":"{{longName}}"}""" },
                { "long member", $$"""{"action":"autodesk_list_hubs","{{longName}}":1}""" },
                {
                    "query values",
                    $$"""{"action":"autodesk_list_hubs","query":{"filter[id]":[{{string.Join(',', Enumerable.Range(0, 40_000))}}]} }"""
                },
                { "body members", $$"""{"action":"autodesk_create_bucket","body":{{{Names(40_000)}}} }""" },
                { "five hundred body members", $$"""{"action":"autodesk_create_bucket","body":{{{Names(500)}}} }""" },
                { "long body member", $$"""{"action":"autodesk_create_bucket","body":{"{{longName}}":1} }""" },
                {
                    "body list",
                    $$"""{"action":"autodesk_create_bucket","body":{"bucketKey":[{{string.Join(',', Enumerable.Repeat("{}", 40_000))}}]} }"""
                },
                {
                    "deep body",
                    $$"""{"action":"autodesk_create_bucket","body":{{string.Concat(Enumerable.Repeat("[", 60))}}{{string.Concat(Enumerable.Repeat("]", 60))}} }"""
                },
                {
                    "escapes",
                    $$"""{"action":"autodesk_list_hubs","query":{{{string.Join(',', Enumerable.Range(0, 90).Select(i => $"\"{i}{string.Concat(Enumerable.Repeat("\\u00e9\\u2028", 100))}\":1"))}}} }"""
                },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task WrongCall_HasAShortAnswer(string what, string body)
    {
        var account = await fixture.LinkAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/actions/rpc", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-account-id", account.Id);

        using var answer = await fixture.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.InRange((int)answer.StatusCode, 400, 499);
        Assert.True(bytes.Length <= MaxAnswer, $"{what}: {body.Length} bytes in, {bytes.Length} out");
    }

    [Fact]
    public async Task ManyFaults_AreToldToTwenty_AndTheRestIsCounted()
    {
        var account = await fixture.LinkAsync();
        var query = Enumerable.Range(0, 50).ToDictionary(i => $"n{i}", _ => "1");

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs", query });

        Assert.Equal(20, answer.Body!["errors"]!.AsArray().Count);
        Assert.EndsWith("and 30 more.", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/accounts"), InlineData("/requests/logs"), InlineData("/audit")]
    public async Task ListWithTooManyNames_IsRefusedBeforeTheyAreLookedAt(string path)
    {
        var answer = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"{path}?{string.Join('&', Enumerable.Range(0, 900).Select(i => $"n{i}=1"))}"
        );

        Assert.Equal("invalid_input", answer.Code);
        Assert.Contains("at most 100 names", answer.Text("detail"), StringComparison.Ordinal);
    }

    /// <summary>Bodies of the API that list things are told in few words too.</summary>
    [Fact]
    public async Task ProfileWithManyUnknownActions_HasAShortAnswer()
    {
        var answer = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = "p" + Guid.NewGuid().ToString("N")[..8],
                name = "P",
                enabled_actions = Enumerable.Range(0, 20_000).Select(i => $"{i}"),
            }
        );

        Assert.Equal("invalid_input", answer.Code);
        Assert.True(answer.Body!.ToJsonString().Length <= MaxAnswer);
    }
}
