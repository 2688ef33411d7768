using ModelContextProtocol;
using TenantHub.Accounts;
using TenantHub.Actions;

namespace TenantHub.Server.Mcp;

/// <summary>Tells a client that asks for it what its call is doing, once a second: what waits for its turn or for a limit of Autodesk's is
/// not broken.</summary>
internal static class McpProgress
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static async Task<ActionResult> FollowAsync(
        Task<ActionResult> running,
        ILinkedAccountGrain account,
        string actionId,
        Func<ProgressNotificationValue, CancellationToken, Task>? tell,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (tell is null)
            return await running;
        for (var step = 1; ; step++)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var tick = Task.Delay(Every, clock, ended.Token);
            var first = await Task.WhenAny(running, tick);
            await ended.CancelAsync();
            if (first == running)
                return await running;
            cancellationToken.ThrowIfCancellationRequested();
            await tell(
                new ProgressNotificationValue { Progress = step, Message = await DescribeAsync(account, actionId) },
                cancellationToken
            );
        }
    }

    private static async Task<string> DescribeAsync(ILinkedAccountGrain account, string actionId)
    {
        var lane = (await account.GetLiveStateAsync())?.Lane;
        if (lane?.Running.FirstOrDefault(call => call.ActionId == actionId) is { } runs)
            return $"{actionId}: {WireName.Of(runs.Phase)}";
        return lane?.Waiting.FirstOrDefault(call => call.ActionId == actionId) is { } waits
            ? $"{actionId} waits for its turn, at place {waits.Position}"
            : $"{actionId} runs";
    }
}
