using Orleans.CodeGeneration;
using Orleans.Concurrency;
using TenantHub.Accounts;
using TenantHub.Server.Actions;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Calls a grain again that has moved or whose silo has gone, so that no link, profile or look at an account fails because a server is
/// replaced. What Orleans rejects undelivered is repeated, whoever calls; what may have arrived is repeated only where the method is marked
/// <see cref="ReadOnlyAttribute"/>. Actions are not touched: <see cref="CallRelay"/> knows their deadlines and their keys.
/// </summary>
internal sealed partial class UndeliveredCallFilter(Handover handover, TimeProvider clock, ILogger<UndeliveredCallFilter> logger)
    : IOutgoingGrainCallFilter
{
    /// <summary>What it takes to notice a silo that was killed or cut off, and its grains to begin elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.TargetId.IsSystemTarget() || context.MethodName == nameof(ILinkedAccountGrain.RunActionAsync)
            ? context.Invoke()
            : RunAsync(context);

    private async Task RunAsync(IOutgoingGrainCallContext context)
    {
        var came = clock.GetTimestamp();
        while (await AskAsync(context) is { } rejection)
        {
            // As another type: whoever called the caller would take the caller's own message for the one that did not arrive.
            if (rejection is SiloUnavailableException && !IsReadOnly(context) || handover.IsLast || clock.GetElapsedTime(came) >= Patience)
                throw new OrleansException($"{context.TargetId} cannot be reached: {rejection.Message}", rejection);
            LogRepeated(context.TargetId, context.MethodName, rejection.Message);
            await Task.Delay(Pause, clock);
        }
    }

    private static async Task<OrleansMessageRejectionException?> AskAsync(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
            return context.Response?.Exception as OrleansMessageRejectionException;
        }
        catch (OrleansMessageRejectionException rejection)
        {
            return rejection;
        }
    }

    private static bool IsReadOnly(IOutgoingGrainCallContext context) =>
        context.Request is RequestBase request && request.Options.HasFlag(InvokeMethodOptions.ReadOnly);

    [LoggerMessage(2303, LogLevel.Information, "{Grain}: {Method} is called again, because its silo has gone: {Reason}")]
    private partial void LogRepeated(GrainId grain, string method, string reason);
}
