using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Scenarios;

internal sealed class TokenStorm : IScenario
{
    public string Name => "token-storm";

    public string Sentence =>
        "The access token that all accounts of a client id share has expired, and all of them call in the same moment: Autodesk is asked for one token.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        await using var autodesk = await EmulatedAutodesk.StartAsync(canned: true);
        await using var hub = await run.StartClusterAsync(autodesk);
        await autodesk.Emulator.PostAsync("settings", new { token_lifetime_seconds = 2 });
        var accounts = await run.LinkAsync(hub, run.Accounts(normal: 10_000, inShort: 300), "autodesk_get_hub");
        await autodesk.Emulator.PostAsync("settings", new { token_lifetime_seconds = 3599 });

        run.Phase("waiting until the last token has expired");
        var tokens = (await accounts[^1].Grain.GetLiveStateAsync())!.AccessTokens;
        var left = tokens.Max(token => token.ExpiresAt) - TimeProvider.System.GetUtcNow();
        if (left > TimeSpan.Zero)
            await Task.Delay(left, TimeProvider.System);
        await Journal.ClearAsync(autodesk);

        run.Phase("all at once");
        var calls = run.Recorder.Tally("first calls");
        var took = await Pace.EachAsync(
            accounts.Count,
            atOnce: accounts.Count,
            (i, due) => run.MeasureAsync(calls, accounts[i], due, () => accounts[i].ReadAsync(TimeSpan.FromMinutes(1)))
        );

        var journal = await Journal.ReadAsync(autodesk);
        run.Note("errors", calls.Errors());
        run.Note("token requests", journal.TokenRequests);
        run.Note("accounts", accounts.Count);
        run.Note("requests to Autodesk per call", journal.Requests.Count / (double)calls.Succeeded);
        run.Note("all served after", took.TotalSeconds, "s");
    }
}
