using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Accounts;
using TenantHub.Client.Profiles;

namespace TenantHub.Cli.Accounts;

internal sealed class RotateSettings : ConnectionSettings
{
    [CommandOption("-a|--account <ACCOUNT>")]
    [Description("The account's id, label or owner, when it has an app of its own")]
    public string? Account { get; init; }

    [CommandOption("--connector-profile <ID>")]
    [Description("The connector profile, when its accounts share its app")]
    public string? ConnectorProfile { get; init; }

    [CommandOption("--client-secret-file <FILE>")]
    [Description("A file that holds the new secret; else TENANTHUB_CLIENT_SECRET, stdin or a prompt")]
    public string? ClientSecretFile { get; init; }

    public override ValidationResult Validate() =>
        Account is null == ConnectorProfile is null
            ? ValidationResult.Error("Give either --account or --connector-profile.")
            : base.Validate();
}

/// <summary>Gives an app's new secret to TenantHub: it is tried first, and the one before is held for a day.</summary>
internal sealed class RotateCommand : ConnectedCommand<RotateSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RotateSettings settings, CancellationToken cancellationToken)
    {
        var secret = new AppCredentials(
            null,
            SecretInput.Read("The new client secret", settings.ClientSecretFile, "TENANTHUB_CLIENT_SECRET")
        );
        if (settings.Account is { } named)
        {
            var account = await AccountChoice.FindAsync(hub, named, cancellationToken);
            Printer.One(settings.Format, await account.RotateAsync(secret, cancellationToken), AccountColumns.One);
            return ExitCode.Done;
        }

        Printer.One<ConnectorProfile>(
            settings.Format,
            await hub.Profiles.RotateAsync(settings.ConnectorProfile!, secret, cancellationToken),
            new("Id", profile => profile.Id),
            new("Name", profile => profile.Name),
            new("Client id", profile => profile.ClientId),
            new("Changed", profile => profile.UpdatedAt)
        );
        return ExitCode.Done;
    }
}
