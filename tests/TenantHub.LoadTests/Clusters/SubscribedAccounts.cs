using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Autodesk.Catalog;
using TenantHub.LoadTests.Load;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Clusters;

/// <summary>An account that hears of each folder that is made in its project.</summary>
/// <param name="Id">The linked account.</param>
/// <param name="Autodesk">Autodesk's side of it.</param>
/// <param name="Hub">The number of the hub that it was linked through.</param>
internal sealed record SubscribedAccount(string Id, AutodeskAccount Autodesk, int Hub);

/// <summary>Accounts on hub processes, each subscribed to the folders of its project, and changes made past the hubs.</summary>
internal sealed class SubscribedAccounts(EmulatorHost emulator, IReadOnlyList<ServerProcess> hubs)
{
    public const string FolderAdded = "dm.folder.added";
    private const int AtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // Without any progress.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private string _clientId = "";
    private string _secret = "";

    /// <summary>The settings of hubs whose limits are above the load, and that call this machine.</summary>
    public static Dictionary<string, string> Settings { get; } =
        new(ActionCatalog.Load().QuotaGroups.Select(group => KeyValuePair.Create($"TenantHub__Quotas__Limits__{group.Name}", "1000000")))
        {
            ["TenantHub__Events__AllowLoopback"] = "true",
            ["TenantHub__Events__LookEvery"] = "00:01:00",
        };

    public IReadOnlyList<SubscribedAccount> All { get; private set; } = [];

    public string ClientId => _clientId;

    public HttpClient HttpOf(SubscribedAccount account) => hubs[account.Hub].Http;

    public async Task LinkAsync(int count)
    {
        (_clientId, _secret) = await emulator.AddAppAsync();
        var accounts = new SubscribedAccount[count];
        await Pace.EachAsync(
            count,
            AtOnce,
            async (i, _) =>
            {
                var emulated = await emulator.AddAccountAsync([_clientId]);
                var autodesk = new AutodeskAccount(
                    (string)emulated["acc_account_id"]!,
                    (string)emulated["projects"]![0]!["id"]!,
                    (string)emulated["projects"]![0]!["folders"]![0]!["id"]!
                );
                var http = hubs[i % hubs.Count].Http;
                var linked = await http.LinkAsync(_clientId, _secret, autodesk.Id);
                Demand(linked.Status is HttpStatusCode.Created, linked);
                accounts[i] = new(linked.Text("id")!, autodesk, i % hubs.Count);
            }
        );
        All = accounts;

        // Seconds after their folders were made: a gap is read from whole seconds on, because Autodesk's times may be such, so what is
        // of the same second as the subscription is told although it was there before.
        await Pace.EachAsync(
            count,
            AtOnce,
            async (i, _) =>
            {
                var made = await HttpOf(All[i])
                    .SendAsync(
                        HttpMethod.Post,
                        "/subscriptions",
                        new
                        {
                            account_id = All[i].Id,
                            events = new[] { FolderAdded },
                            scope = "project",
                            project_id = All[i].Autodesk.Project,
                        }
                    );
                Demand(made.Status is HttpStatusCode.Created, made);
            }
        );
        foreach (var account in All)
            await UntilSubscriptionAsync(account, each => (string?)each["status"] == "active");
    }

    /// <summary>Waits until an account's one subscription is as it should be.</summary>
    public Task UntilSubscriptionAsync(SubscribedAccount account, Func<JsonNode, bool> isSo) =>
        Until.TrueAsync(
            async () =>
            {
                var answer = await HttpOf(account).SendAsync(HttpMethod.Get, $"/subscriptions?account_id={account.Id}");
                return answer.Status is HttpStatusCode.OK && isSo(answer.Body!.AsArray().Single()!);
            },
            $"the subscription of {account.Id} is as it should be"
        );

    /// <summary>Makes folders at Autodesk, in turn in each account's project.</summary>
    public async Task ChangeAsync(int from, int count)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/authentication/v2/token")
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "data:create" }
            ),
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_clientId}:{_secret}"))) },
        };
        using var given = await emulator.Control.SendAsync(asked);
        var token = (string)JsonNode.Parse(await given.Content.ReadAsStringAsync())!["access_token"]!;
        await Pace.EachAsync(
            count,
            AtOnce,
            async (i, _) =>
            {
                var place = All[i % All.Count].Autodesk;
                using var made = new HttpRequestMessage(HttpMethod.Post, $"/data/v1/projects/b.{place.Project}/folders")
                {
                    Content = JsonContent.Create(
                        LoadAccount.NewFolder($"folder {from + i}", place.Folder!),
                        new MediaTypeHeaderValue("application/vnd.api+json")
                    ),
                    Headers = { Authorization = new("Bearer", token) },
                };
                using var answer = await emulator.Control.SendAsync(made);
                if (answer.StatusCode is not HttpStatusCode.Created)
                    throw new InvalidOperationException($"No folder: {await answer.Content.ReadAsStringAsync()}");
            }
        );
    }

    /// <summary>Waits until a count has been reached, as long as it grows.</summary>
    public static async Task WithProgressAsync(Func<int> count, int wanted, string what)
    {
        var (last, since) = (-1, TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(Look, TimeProvider.System);
        for (var now = count(); now < wanted; now = count())
        {
            if (now != last)
                (last, since) = (now, TimeProvider.System.GetTimestamp());
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                throw new TimeoutException($"{now:N0} of {wanted:N0} {what}, and no more for {Patience}.");
            await timer.WaitForNextTickAsync();
        }
    }

    private static void Demand(bool isSo, ApiAnswer answer)
    {
        if (!isSo)
            throw new InvalidOperationException($"{answer.Status}: {answer.Body}");
    }
}
