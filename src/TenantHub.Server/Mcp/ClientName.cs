using System.Buffers.Text;
using System.Text;

namespace TenantHub.Server.Mcp;

/// <summary>
/// The name of the caller's program, as it says itself. Since 2026-07-28 it stands in each message. Before that a client says it once, in
/// <c>initialize</c>, and brings whatever it is given as <c>Mcp-Session-Id</c> with all that follows: so it is given its own name, and no
/// server has to remember anything.
/// </summary>
internal static class ClientName
{
    private const string Session = "Mcp-Session-Id";
    private const string Prefix = "client.";
    private const int MaxLength = 80;

    /// <summary>Answers <c>initialize</c> with what the client is to bring.</summary>
    public static void Give(HttpContext http, McpMessage message)
    {
        if (
            message.Method == "initialize"
            && message.Member("clientInfo").TryGetProperty("name", out var said)
            && Visible(said.GetString()!) is { } name
        )
            http.Response.Headers[Session] = Prefix + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(name));
    }

    /// <summary>Takes what the client brings out of the request, because nothing else of it is a session.</summary>
    public static void Take(HttpContext http)
    {
        var given = http.Request.Headers[Session].ToString();
        if (!given.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(given.AsSpan(Prefix.Length)))
            return;
        http.Items[typeof(ClientName)] = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(given.AsSpan(Prefix.Length)));
        http.Request.Headers.Remove(Session);
    }

    /// <summary>The name that the message says, else the one that was brought, else the program that sent it.</summary>
    public static string? Of(HttpContext http, string? said) =>
        Visible(said ?? http.Items[typeof(ClientName)] as string ?? http.Request.Headers.UserAgent.ToString());

    /// <summary>It is shown to people, so it is short and has no letters that hide.</summary>
    private static string? Visible(string name)
    {
        if (name.Length <= MaxLength && !name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return name.Trim() is { Length: > 0 } usual ? usual : null;
        var text = string.Concat(name.Where(letter => letter is >= ' ' and <= '~').Take(MaxLength)).Trim();
        return text.Length == 0 ? null : text;
    }
}
