using System.IO.Compression;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class BodyBudgetTests
{
    private const int Large = 100 * 1024;
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswerForWhichThereIsNoRoom_WaitsUntilAnotherHasGone()
    {
        var budget = new BodyBudget(Large + 1, _clock);
        using var client = Client(_ => Plain(Large));
        var first = budget.Open(TimeSpan.FromSeconds(5));
        using var second = budget.Open(TimeSpan.FromSeconds(5));
        Assert.IsType<ApsResponse.Answered>(await AskAsync(client, first));

        var waiting = AskAsync(client, second);
        await Task.Yield();
        Assert.False(waiting.IsCompleted);
        first.Dispose();

        Assert.IsType<ApsResponse.Answered>(await waiting);
        Assert.Equal(Large, budget.Held);
    }

    [Fact]
    public async Task AnswerForWhichThereIsNoRoomInTime_IsNotTaken_AndTakesNone()
    {
        var budget = new BodyBudget(Large + 1, _clock);
        using var client = Client(_ => Plain(Large));
        using var held = budget.Hold(Large);
        using var room = budget.Open(TimeSpan.FromSeconds(5));

#pragma warning disable CA2025 // It is awaited before anything is disposed.
        var waiting = AskAsync(client, room);
#pragma warning restore CA2025
        await Task.Yield();
        _clock.Advance(TimeSpan.FromSeconds(6));
        var lost = Assert.IsType<ApsResponse.Lost>(await waiting);

        Assert.Equal((true, true, false), (lost.HadNoRoom, lost.IsTooLarge, room.IsTaken));
        Assert.Equal(Large, budget.Held);
    }

    /// <summary>Nobody knows how large it gets, so it takes room for the largest answer before it grows, and keeps what it needs.</summary>
    [Fact]
    public async Task CompressedAnswer_IsCountedByWhatItHolds_AndSmallOnesAreNot()
    {
        var budget = new BodyBudget(long.MaxValue, _clock);
        using var client = Client(size => Gzip(size));
        using var large = budget.Open(TimeSpan.Zero);
        using var small = budget.Open(TimeSpan.Zero);

        await AskAsync(client, large, Large);
        await AskAsync(client, small, 1000);

        Assert.Equal((Large, true, false), (budget.Held, large.IsTaken, small.IsTaken));
    }

    [Fact]
    public async Task AnswerThatGrowsBeyondTheLimit_GivesItsRoomBack()
    {
        var budget = new BodyBudget(long.MaxValue, _clock);
        using var client = Client(size => Gzip(size));
        using var room = budget.Open(TimeSpan.Zero);

        var lost = Assert.IsType<ApsResponse.Lost>(await AskAsync(client, room, 40 * 1024 * 1024));

        Assert.Equal((true, false, 0L), (lost.IsTooLarge, lost.HadNoRoom, budget.Held));
    }

    /// <summary>Else an answer that is larger than the whole budget would wait for ever.</summary>
    [Fact]
    public async Task AnswerLargerThanTheBudget_ComesAlone()
    {
        var budget = new BodyBudget(1, _clock);
        using var client = Client(_ => Plain(Large));
        using var room = budget.Open(TimeSpan.Zero);

        Assert.IsType<ApsResponse.Answered>(await AskAsync(client, room));
    }

    private ApsClient Client(Func<int, HttpContent> content) =>
        new(
            Options.Create(new ApsOptions()),
            _clock,
            new Handler(request => new HttpResponseMessage { Content = content(int.Parse(request.RequestUri!.Query[1..], null)) })
        );

    private static async Task<ApsResponse> AskAsync(ApsClient client, BodyRoom room, int size = Large)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://aps.example/x?{size}");
        return await client.SendAsync(request, "t", TimeSpan.FromSeconds(30), room, null, Cancel);
    }

    private static ByteArrayContent Plain(int size) => new(Json(size));

    private static ByteArrayContent Gzip(int size)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Json(size));
        return new(bytes.ToArray()) { Headers = { ContentEncoding = { "gzip" } } };
    }

    private static byte[] Json(int size)
    {
        var text = new byte[size];
        Array.Fill(text, (byte)'1');
        (text[0], text[^1]) = ((byte)'"', (byte)'"');
        return text;
    }

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
