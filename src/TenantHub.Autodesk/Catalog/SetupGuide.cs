namespace TenantHub.Autodesk.Catalog;

/// <summary>The one-time set-up of an Autodesk app for a choice of actions, step by step, as an admin follows it in Autodesk's developer
/// portal.</summary>
/// <param name="Needs">What the choice needs.</param>
/// <param name="Steps">The steps in order.</param>
public sealed record SetupGuide(ScopeGuide Needs, IReadOnlyList<GuideStep> Steps)
{
    private const string Portal = "https://aps.autodesk.com";
    private const string ClientIdToCome = "the client id of your app";

    /// <summary>Derives the guide from the chosen actions.</summary>
    /// <param name="chosen">The actions.</param>
    /// <param name="callbackUrl">What to give as callback URL. Two-legged OAuth never calls it, and the portal demands one.</param>
    /// <param name="clientId">The client id when it is known already.</param>
    public static SetupGuide For(IEnumerable<ActionDefinition> chosen, string callbackUrl, string? clientId = null)
    {
        var needs = ScopeGuide.For(chosen);
        List<GuideStep> steps =
        [
            new(
                "sign_in",
                "Sign in to Autodesk Platform Services",
                $"Open {Portal}, sign in with the Autodesk account that shall own the app, and open Applications (My Apps).",
                [new(Portal, null)]
            ),
            new(
                "create_app",
                "Create an app",
                "Click \"Create application\", choose the type \"Traditional Web App\" (a server with a secret), and fill in:",
                [
                    new("App name", AdminText.IntegrationName),
                    new("Description", "Connects our product to Autodesk on behalf of our customers"),
                    new("Callback URL", callbackUrl),
                ]
            ),
            new(
                "select_apis",
                "Select the APIs",
                needs.ApiProducts.Count == 0 ? "The chosen actions need none." : "Under \"API Access\" select these, and no others:",
                [.. needs.ApiProducts.Select(product => new GuideItem(product.Key, null) { Actions = product.Value })]
            ),
            new(
                "configure_scopes",
                "Configure the scopes",
                needs.Scopes.Count == 0 ? "The chosen actions need none." : "Allow the app these scopes, and no others:",
                [.. needs.Scopes.Select(scope => new GuideItem(scope.Key, AutodeskScopes.Describe(scope.Key)) { Actions = scope.Value })]
            ),
            new("copy_credentials", "Copy Client ID and Client Secret", "Both are on the app's page.", [])
            {
                Warning =
                    "The Client Secret is shown in full only once. Put it where secrets are kept before you leave the page; if it is lost, make a new one.",
            },
        ];
        if (needs.CustomIntegration.Count > 0)
        {
            steps.Add(
                new(
                    "choose_rights",
                    "Choose what the app shall see in the customers' accounts",
                    "A client id may own Secure Service Accounts (SSA): users of Autodesk's that belong to an app. Whether it owns one when a customer adds it decides what it sees:",
                    [
                        new(
                            "Without a Secure Service Account",
                            "The app acts as an account administrator: over all projects and all data of the account."
                        ),
                        new(
                            "With one",
                            "The app gets no data at all until the service account (name@CLIENTID.adskserviceaccount.autodesk.com) is invited to each project, with product access and rights to folders, like any user."
                        ),
                    ]
                )
                {
                    Warning =
                        "TenantHub calls Autodesk as the app itself (two-legged OAuth), not as a service account. Decide before the first customer adds the client id.",
                }
            );
            steps.Add(
                new(
                    "custom_integration",
                    "Add the app as a custom integration in each customer's account",
                    "An account admin opens Account Admin > Settings > Custom Integrations, clicks \"Add custom integration\", and gives the client id and a name.",
                    [
                        new("Client ID", clientId ?? ClientIdToCome),
                        new("Name", AdminText.IntegrationName),
                        new("Needed for", null) { Actions = needs.CustomIntegration },
                    ]
                )
                {
                    Warning = "Until this is done, every one of these actions answers 403 Forbidden, however right scopes and APIs are.",
                }
            );
        }

        return new(needs, steps);
    }
}

/// <summary>One step.</summary>
/// <param name="Id">Its name for programs.</param>
/// <param name="Title">What to do, in a few words.</param>
/// <param name="Text">How.</param>
/// <param name="Items">What to select or to fill in.</param>
public sealed record GuideStep(string Id, string Title, string Text, IReadOnlyList<GuideItem> Items)
{
    /// <summary>Gets what goes wrong otherwise.</summary>
    public string? Warning { get; init; }
}

/// <summary>Something to select, or a field with what to fill in.</summary>
/// <param name="Name">The thing or the field.</param>
/// <param name="Value">What belongs there, or what it is for.</param>
public sealed record GuideItem(string Name, string? Value)
{
    /// <summary>Gets the actions that need it.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];
}
