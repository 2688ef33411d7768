using TenantHub.Cli;

using var interrupted = new CancellationTokenSource();
using var signals = Terminal.OnInterrupt(interrupted);
return await CommandTree.RunAsync(args, interrupted.Token);
