using TenantHub.LoadTests.Peers;

namespace TenantHub.LoadTests.Clusters;

/// <summary>
/// As little of Autodesk as reads need, in a process of its own, so that neither its memory nor its speed is taken for the hub's. It writes
/// nothing down: a scenario that asserts on what Autodesk saw uses <see cref="EmulatedAutodesk"/>.
/// </summary>
internal sealed class BareAutodesk : IAutodesk
{
    private readonly PeerProcess _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler());

    private BareAutodesk(PeerProcess process) => _process = process;

    public Uri Address => _process.Address;

    public string ClientId => "load-client";

    public Secret ClientSecret { get; } = new("load-secret");

    public static async Task<BareAutodesk> StartAsync() => new(await PeerProcess.StartAsync("upstream"));

    /// <summary>Sets how large answers are and how long they take.</summary>
    public Task AnswerAsync(int bytes, int delayMs = 0) => GetAsync($"/_set?bytes={bytes}&delay={delayMs}");

    public async Task<IReadOnlyList<AutodeskAccount>> AddAccountsAsync(int count)
    {
        var accounts = Enumerable.Range(0, count).Select(_ => new AutodeskAccount(Guid.NewGuid().ToString())).ToList();
        await GetAsync("/_hubs?" + string.Join('&', accounts.Select(account => "id=" + account.Id)));
        return accounts;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(Address, path));
        response.EnsureSuccessStatusCode();
    }
}
