using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Configuration;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Accounts;
using TenantHub.Client.ConnectSessions;

namespace TenantHub.Cli.Accounts;

internal sealed class LinkSettings : ConnectionSettings
{
    [CommandOption("--owner <ID>", true)]
    [Description("The customer's id in the backend")]
    public required string Owner { get; init; }

    [CommandOption("--owner-name <NAME>")]
    [Description("The customer's name; the id when it is not given")]
    public string? OwnerName { get; init; }

    [CommandOption("--acc-account-id <UUID>")]
    [Description("Autodesk's account id. Without it a link for the customer is made")]
    public string? AccAccountId { get; init; }

    [CommandOption("--region <REGION>")]
    [Description("Where Autodesk keeps the account: US, EMEA, AUS, CAN, DEU, IND, JPN or GBR")]
    public string? Region { get; init; }

    [CommandOption("--acting-user <ID>")]
    [Description("The user for whom calls are made where Autodesk demands one")]
    public string? ActingUser { get; init; }

    [CommandOption("--label <TEXT>")]
    [Description("The account's name")]
    public string? Label { get; init; }

    [CommandOption("--connector-profile <ID>")]
    [Description("The connector profile; without one the account brings its own app")]
    public string? ConnectorProfile { get; init; }

    [CommandOption("--client-id <ID>")]
    [Description("The account's own app. Its secret: --client-secret-file, TENANTHUB_CLIENT_SECRET, stdin or a prompt")]
    public string? ClientId { get; init; }

    [CommandOption("--client-secret-file <FILE>")]
    [Description("A file that holds the app's secret")]
    public string? ClientSecretFile { get; init; }

    public override ValidationResult Validate() =>
        AccAccountId is not null && ConnectorProfile is null == ClientId is null
            ? ValidationResult.Error("Give either --connector-profile or --client-id.")
            : base.Validate();
}

/// <summary>Links an account whose Autodesk account is known; or prints an address at which the customer links it.</summary>
internal sealed class LinkCommand : ConnectedCommand<LinkSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, LinkSettings settings, CancellationToken cancellationToken)
    {
        if (settings.AccAccountId is null)
        {
            var session = await hub.ConnectSessions.CreateAsync(
                new NewConnectSession
                {
                    OriginOwnerId = settings.Owner,
                    OriginOwnerName = settings.OwnerName ?? settings.Owner,
                    ProfileId = settings.ConnectorProfile,
                    Label = settings.Label,
                },
                cancellationToken
            );
            Printer.One(settings.Format, session, new("Link", made => made.AuthLinkUrl), new("Until", made => made.ExpiresAt));
            Terminal.Say("Send the link to the customer's admin; it works once.");
            return ExitCode.Done;
        }

        var account = await hub.Accounts.LinkAsync(
            new AccountLink
            {
                OriginOwnerId = settings.Owner,
                OriginOwnerName = settings.OwnerName ?? settings.Owner,
                Label = settings.Label,
                ProfileId = settings.ConnectorProfile,
                Credentials = settings.ClientId is { } id
                    ? new AppCredentials(
                        id,
                        SecretInput.Read("The app's client secret", settings.ClientSecretFile, "TENANTHUB_CLIENT_SECRET")
                    )
                    : null,
                SetupInformation = new AutodeskSetup(settings.AccAccountId, settings.Region, settings.ActingUser),
            },
            cancellationToken
        );
        Printer.One(settings.Format, account, AccountColumns.One);
        return ExitCode.Done;
    }
}
