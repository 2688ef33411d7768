using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Recordings;

namespace TenantHub.Cli.Recordings;

internal sealed class ShowRecordingSettings : RecordingSettings
{
    [CommandArgument(0, "<REQUEST>")]
    [Description("The call's id in the call log: tenanthub recordings list")]
    public required string Request { get; init; }
}

/// <summary>Shows a recorded call: what the caller gave, each request to Autodesk, and what the caller got.</summary>
internal sealed class ShowRecordingCommand : ConnectedCommand<ShowRecordingSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ShowRecordingSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        var call = await account.Recording.ReadAsync(settings.Request, cancellationToken);
        Printer.One(
            settings.Format,
            call,
            [
                new("Request", call => call.RequestId),
                new("Account", call => call.AccountId),
                new("Action", call => call.Action),
                new("Started", call => call.StartedAt),
                new("Outcome", call => call.Outcome),
                new("Error", call => call.Error),
                new("Input", call => Words(call.Input)),
                .. call.Requests.SelectMany(ColumnsOf),
                new("Answer", call => Words(call.Answer)),
            ]
        );
        return ExitCode.Done;
    }

    private static IEnumerable<Column<RecordedCall>> ColumnsOf(RecordedRequest request) =>
        [
            new("To Autodesk", _ => $"{request.Method} {request.Path}: {(request.Status is { } status ? status : "no answer")}"),
            .. request.Sent is { } sent ? (Column<RecordedCall>[])[new("  sent", _ => Words(sent))] : [],
            .. request.Received is { } received ? (Column<RecordedCall>[])[new("  received", _ => Words(received))] : [],
        ];

    private static string? Words(RecordedBody? body) =>
        body is { IsCut: true } ? $"{body.Text}\n(cut; {body.Bytes} bytes in all)" : body?.Text;
}
