using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace TenantHub.ApsEmulator.Faults;

/// <summary>
/// An answer as a fault wants it, byte for byte. One that keeps HTTP's rules goes out as any other does. One that breaks them (cut, or with
/// a length that is not its own) is written onto the connection itself, because the web server would mend or refuse it, and the connection
/// then ends.
/// </summary>
internal sealed record GivenAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Gets after how many bytes of the body the connection ends; null for an answer that is given whole.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>Gets the Content-Length that is claimed; null for the true one.</summary>
    public long? ContentLength { get; init; }

    public Framing Framing { get; init; }

    private bool BreaksRules =>
        CutAfterBytes is not null
        || ContentLength is not null
        || Framing is not Framing.Length
        || (Status is < 200 or 204 or 304 && Body.Length > 0);

    /// <summary>Puts the answer where the journal sees it; what breaks HTTP's rules leaves later, by <see cref="SendRawAsync"/>.</summary>
    public async Task GiveAsync(HttpContext http)
    {
        http.Response.Clear();
        http.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            http.Response.Headers[name] = value;
        if (BreaksRules)
            http.Features.Set(this);
        else if (Body.Length > 0)
            await http.Response.Body.WriteAsync(Body);
    }

    public async Task SendRawAsync(HttpContext http)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} Replaced\r\nConnection: close\r\n");
        foreach (var (name, value) in Headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append(
            Framing switch
            {
                Framing.Chunked => string.Create(CultureInfo.InvariantCulture, $"Transfer-Encoding: chunked\r\n\r\n{Body.Length:x}\r\n"),
                Framing.Close => "\r\n",
                _ => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {ContentLength ?? Body.Length}\r\n\r\n"),
            }
        );

        var output = http.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        await output.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()));
        await output.WriteAsync(Body.AsMemory(0, Math.Min(CutAfterBytes ?? Body.Length, Body.Length)));
        if (Framing is Framing.Chunked && CutAfterBytes is null)
            await output.WriteAsync("\r\n0\r\n\r\n"u8.ToArray());
        await output.CompleteAsync(); // What was written is sent, then the connection is closed; an abort alone would throw it away.
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed.Register(closed.SetResult))
            await closed.Task;
        http.Abort();
    }
}

/// <summary>How an answer says where its body ends.</summary>
internal enum Framing
{
    Length,
    Chunked,
    Close,
}
