using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Peers;

/// <summary>Something that the same load is put on.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="CpuTime">The CPU time that it has used so far; null for what is no gateway.</param>
/// <param name="AllocatedAsync">The bytes that it has allocated so far.</param>
/// <param name="Request">The request of one account.</param>
internal sealed record PeerTarget(
    string Name,
    Uri Address,
    Func<TimeSpan>? CpuTime,
    Func<Task<double>>? AllocatedAsync,
    Func<string, byte[]> Request
)
{
    public static PeerTarget Direct(Uri upstream) =>
        new("direct", upstream, null, null, account => Get(upstream, account, "Authorization: Bearer a-token\r\n"));

    public static PeerTarget Of(string name, PeerProcess peer)
    {
        var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = peer.Address };
        return new(
            name,
            peer.Address,
            () => peer.CpuTime,
            async () => double.Parse(await http.GetStringAsync(new Uri("/_allocated", UriKind.Relative)), CultureInfo.InvariantCulture),
            account => Get(peer.Address, account, "")
        );
    }

    /// <summary>Gets the accounts that it is asked for; for what knows none, any names do.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Gets whether a refusal is what is asked for.</summary>
    public bool AnyStatus { get; init; }

    /// <summary>The same target, asked something else; whatever status it answers with counts.</summary>
    public PeerTarget Instead(string name, Func<string, string> change) =>
        this with
        {
            Name = name,
            AnyStatus = true,
            Request = account => Encoding.ASCII.GetBytes(change(Encoding.ASCII.GetString(Request(account)))),
        };

    /// <summary>The same hub and accounts, asked by an agent; only a success counts.</summary>
    public PeerTarget AsToolCall(string name, string headers, string parameters)
    {
        var body = $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{parameters}}}""";
        var rest = $"{headers}User-Agent: load\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        return Instead(
            name,
            rpc =>
                "POST /mcp HTTP/1.1"
                + rpc[rpc.IndexOf("\r\nHost", StringComparison.Ordinal)..rpc.IndexOf("Content-Length", StringComparison.Ordinal)]
                + rest
        ) with
        {
            AnyStatus = false,
        };
    }

    /// <summary>A hub backend with an Orleans client, and the silo behind it: both processes count.</summary>
    public static PeerTarget OfClient(PeerProcess client, ServerProcess hub)
    {
        var front = Of("hub, Orleans client", client);
        return front with
        {
            CpuTime = () => client.CpuTime + hub.CpuTime,
            AllocatedAsync = async () => await front.AllocatedAsync!() + await ReadAllocatedAsync(hub),
        };
    }

    public static PeerTarget Of(string name, ServerProcess hub, string apiKey) =>
        new(
            name,
            hub.Address,
            () => hub.CpuTime,
            () => ReadAllocatedAsync(hub),
            account =>
            {
                const string Body = """{"action":"autodesk_get_hub"}""";
                return Encoding.ASCII.GetBytes(
                    $"POST /actions/rpc HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nAuthorization: {new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(apiKey + ":")))}\r\nx-account-id: {account}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
                );
            }
        );

    private static byte[] Get(Uri address, string account, string headers) =>
        Encoding.ASCII.GetBytes(
            $"GET /project/v1/hubs/b.{account} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}x-account-id: {account}\r\n\r\n"
        );

    private static async Task<double> ReadAllocatedAsync(ServerProcess hub)
    {
        var metrics = await hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var line = metrics
            .Split('\n')
            .First(candidate => candidate.StartsWith("dotnet_gc_heap_total_allocated_bytes_total", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
