using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Actions;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Keys;

namespace TenantHub.Cli.Keys;

internal sealed class CreateKeySettings : ConnectionSettings
{
    [CommandArgument(0, "<NAME>")]
    [Description("What the key is called")]
    public required string Name { get; init; }

    [CommandOption("--role <ROLE>", true)]
    [Description("read_only, backend, operator or admin")]
    public required string Role { get; init; }

    [CommandOption("--owner <ID>")]
    [Description("Binds the key to this customer; may be repeated")]
    public string[] Owners { get; init; } = [];

    [CommandOption("--connector-profile <ID>")]
    [Description("Binds the key to this connector profile; may be repeated")]
    public string[] ConnectorProfiles { get; init; } = [];

    [CommandOption("--action <ID>")]
    [Description("An action that the key may run; may be repeated; all when none is given")]
    public string[] Actions { get; init; } = [];

    [CommandOption("--ceiling <SAFETY>")]
    [Description("The most that an action may do: read, write or destructive")]
    public string? Ceiling { get; init; }

    [CommandOption("--approval <CALLS>")]
    [Description("What a person has to approve: none, destructive or writes")]
    public string? Approval { get; init; }

    [CommandOption("--expires <TIME>")]
    [Description("When it ends: 2027-01-31T00:00:00Z")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Makes a key. Its text is the only data, so that it can be piped into a file or a vault.</summary>
internal sealed class CreateKeyCommand : ConnectedCommand<CreateKeySettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, CreateKeySettings settings, CancellationToken cancellationToken)
    {
        var made = await hub.Keys.CreateAsync(
            new NewKey
            {
                Name = settings.Name,
                Role = settings.Role,
                OriginOwnerIds = settings.Owners is { Length: > 0 } owners ? owners : null,
                ProfileIds = settings.ConnectorProfiles is { Length: > 0 } profiles ? profiles : null,
                Actions = settings.Actions is { Length: > 0 } actions ? [.. actions.Select(CallSettings.IdOf)] : null,
                Ceiling = settings.Ceiling,
                Approval = settings.Approval,
                ExpiresAt = settings.ExpiresAt,
            },
            cancellationToken
        );
        Terminal.Say($"Key {made.Description.Id}, {made.Description.Role}. It is shown this once.");
        if (settings.Format is OutputFormat.Table)
            Terminal.Print(made.Key);
        else
            Printer.One(settings.Format, made);
        return ExitCode.Done;
    }
}
