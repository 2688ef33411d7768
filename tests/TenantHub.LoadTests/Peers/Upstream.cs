using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantHub.LoadTests.Peers;

/// <summary>
/// As little of Autodesk as a comparison needs: a token, the hubs of the accounts that are being linked, and one hub in the wanted size
/// after the wanted time. The emulator does far more per request and would hide the difference between gateways.
/// </summary>
internal static class Upstream
{
    public static WebApplication Create(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // A line per request costs more than the request.
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        var (answer, delay, hubs) = (Hub(1024), TimeSpan.Zero, "{}"u8.ToArray());

        app.Run(async http =>
        {
            var (path, response) = (http.Request.Path.Value!, http.Response);
            if (path == "/authentication/v2/token")
            {
                await WriteAsync(
                    response,
                    """{"access_token":"a-token-of-the-usual-length-a-token-of-the-usual-length","token_type":"Bearer","expires_in":3599}"""u8.ToArray()
                );
            }
            else if (path == "/project/v1/hubs")
            {
                await WriteAsync(response, hubs);
            }
            else if (path.StartsWith("/project/v1/hubs/", StringComparison.Ordinal))
            {
                if (http.Request.Headers.Authorization.Count == 0)
                {
                    response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                if (delay > TimeSpan.Zero)
                    await Task.Delay(delay, TimeProvider.System);
                await WriteAsync(response, answer);
            }
            else if (path == "/_set")
            {
                (answer, delay) = (
                    Hub(int.Parse(http.Request.Query["bytes"]!)),
                    TimeSpan.FromMilliseconds(int.Parse(http.Request.Query["delay"]!))
                );
            }
            else if (path == "/_hubs")
            {
                hubs = Encoding.UTF8.GetBytes(
                    $$"""{"data":[{{string.Join(',', http.Request.Query["id"].Select(id => $$$"""{"type":"hubs","id":"b.{{{id}}}","attributes":{"name":"Hub","region":"US"}}"""))}}]}"""
                );
            }
            else
            {
                response.StatusCode = StatusCodes.Status404NotFound;
            }
        });
        return app;
    }

    private static async Task WriteAsync(HttpResponse response, byte[] json)
    {
        (response.ContentType, response.ContentLength) = ("application/vnd.api+json", json.Length);
        await response.Body.WriteAsync(json);
    }

    /// <summary>A hub of exactly so many bytes.</summary>
    private static byte[] Hub(int bytes)
    {
        const string Head =
            """{"jsonapi":{"version":"1.0"},"data":{"type":"hubs","id":"b.hub","attributes":{"name":"Hub","region":"US","padding":[""";
        const string Item = "{\"type\":\"some\",\"value\":12345},";
        const string Tail = "\"\"]}}}";
        var text = new StringBuilder(Head, bytes);
        while (text.Length + Item.Length + Tail.Length <= bytes)
            text.Append(Item);
        return Encoding.ASCII.GetBytes(
            text.Append(Tail.Insert(1, new string('x', Math.Max(0, bytes - text.Length - Tail.Length)))).ToString()
        );
    }
}
