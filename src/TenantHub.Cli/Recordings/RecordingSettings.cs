using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client.Recordings;

namespace TenantHub.Cli.Recordings;

/// <summary>Whose calls are recorded.</summary>
internal class RecordingSettings : ConnectionSettings
{
    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }
}

/// <summary>How recordings are shown.</summary>
internal static class RecordingColumns
{
    public static readonly Column<RecordedCallItem>[] Calls =
    [
        new("Request", call => call.RequestId) { IsId = true },
        new("Started", call => call.StartedAt),
        new("Action", call => call.Action) { IsId = true },
        new("Outcome", call => call.Outcome),
    ];

    /// <summary>Prints the recorded calls, and says whether more are recorded; one document of JSON holds both.</summary>
    public static async Task PrintAsync(OutputFormat format, AccountRecording recording)
    {
        if (format is OutputFormat.Json)
            Printer.One(format, recording);
        else
            await Printer.ListAsync(format, recording.Recorded, Calls);
        Terminal.Say(
            recording.Recording is { } running
                ? $"{running.Left} of {running.Calls} calls are still to be recorded, until {running.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."
                : "Nothing is being recorded."
        );
    }
}
