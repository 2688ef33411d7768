using TenantHub.Cli;

using var interrupted = new CancellationTokenSource();
using var signals = Terminal.OnInterrupt(interrupted);
if (Arguments.FindFault(args) is { } fault)
{
    Terminal.Say(fault);
    return ExitCode.Usage;
}

var help = Arguments.AskForHelp(args) ? Terminal.Tables : Terminal.Words;
var code = await CommandTree.Create(help).RunAsync(args, interrupted.Token);
return args is [] || (args is [var only] && CommandTree.Branches.Contains(only)) ? ExitCode.Usage : code; // A command is missing.
