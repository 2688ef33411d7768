using System.Diagnostics;
using TenantHub.Accounts;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>
/// The door of Orleans clients. They may call what <c>TenantHub.Abstractions</c> publishes and nothing else: not the grains that hand out
/// secrets, tokens and permits, not Orleans' management. A fault in a call of theirs is logged here, because Orleans logs it at Debug only.
/// It goes by the sender that a message names, which a program that speaks Orleans' protocol by hand can forge; such a program is kept out
/// by certificates (<see cref="ClusterTls"/>).
/// </summary>
internal sealed class ClientCallFilter(FaultLog faults) : IIncomingGrainCallFilter
{
    private const string Manifest = "Orleans.Runtime.IClusterManifestSystemTarget"; // Every client reads it when it connects.
    private const string Cancellation = "Orleans.Runtime.IGrainCallCancellationExtension";

    public Task Invoke(IIncomingGrainCallContext context) =>
        IsInside(context.SourceId) ? context.Invoke()
        : IsOpenToClients(context) ? RunAsync(context)
        : throw new UnauthorizedAccessException(
            $"Orleans clients may not call {context.InterfaceName}: it is not part of TenantHub.Abstractions."
        );

    /// <summary>Whether a grain, a silo or the client inside a silo calls. A message that names no sender may come from anybody.</summary>
    private static bool IsInside(GrainId? source) => source is { } id && (!id.IsClient() || id.Key.AsSpan().StartsWith("hosted-"u8));

    private static bool IsOpenToClients(IIncomingGrainCallContext context)
    {
        var called = context.Request.GetInterfaceType();
        return called.Assembly == typeof(ILinkedAccountGrain).Assembly
            || called.FullName == Manifest
            || (called.FullName == Cancellation && context.Request.GetArgument(0) is GrainId caller && caller == context.SourceId); // Nobody else's calls.
    }

    private async Task RunAsync(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            faults.Tell(
                exception,
                FaultExceptionHandler.Describe(exception).Code,
                $"{context.TargetId}",
                TraceOf(RequestContext.Get("traceparent") as string)
            );
            throw;
        }
    }

    /// <summary>The trace id of a W3C traceparent, when the client sends one.</summary>
    private static string? TraceOf(string? parent) =>
        ActivityContext.TryParse(parent, null, out var context) ? context.TraceId.ToHexString() : null;
}
