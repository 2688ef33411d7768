using System.CommandLine;
using TenantHub.LoadTests.Peers;

namespace TenantHub.LoadTests.Running;

/// <summary><c>serve kind url behind</c>: what the processes do that this program starts from itself.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var (kind, url, behind) = (
            new Argument<string>("kind"),
            new Argument<string>("url"),
            new Argument<string>("behind") { DefaultValueFactory = _ => "" }
        );
        var command = new Command("serve", "Runs an upstream or a gateway.") { kind, url, behind };
        command.Hidden = true;
        command.SetAction(given => PeerProcess.ServeAsync(given.GetValue(kind)!, given.GetValue(url)!, given.GetValue(behind)!));
        return command;
    }
}
