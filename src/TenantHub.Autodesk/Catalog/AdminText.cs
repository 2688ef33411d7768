namespace TenantHub.Autodesk.Catalog;

/// <summary>Texts for the people who have to put something right at Autodesk, ready to paste into a mail.</summary>
public static class AdminText
{
    /// <summary>The name that custom integrations get when nobody chooses another.</summary>
    public const string IntegrationName = "TenantHub connector";

    /// <summary>For an admin of the customer's ACC or BIM 360 account.</summary>
    public static string CustomIntegration(string clientId, string accAccountId) =>
        $"""
            Please add our app as a custom integration to your Autodesk account {accAccountId}. You need to be an account admin.

            1. Open Account Admin (https://acc.autodesk.com/account-admin or the address that you use; in BIM 360: https://admin.b360.autodesk.com).
            2. Open Settings > Custom Integrations and click "Add custom integration".
            3. Client ID: {clientId}
            4. Name: {IntegrationName} (any name will do)
            5. Save. No secret is asked for, and you can remove the integration at any time.

            Until this is done Autodesk answers every request with 403 Forbidden. Nothing else is wrong.
            """;

    /// <summary>For an admin of the customer's ACC or BIM 360 account.</summary>
    public static string ProjectData(string clientId, string accAccountId) =>
        $"""
            Autodesk lets our app {clientId} see the members of your account {accAccountId}, and not its projects and files.

            1. Open Account Admin > Settings > Custom Integrations and look at the entry with the client ID {clientId}.
            2. If a Secure Service Account is attached to it, the app sees a project only once that account has been invited to it: open the project's
               members, add the service account's e-mail address, and give it access to the product and the folders that the app needs.
            3. If none is attached, ask Autodesk whether access to projects and files is switched off for the client ID.
            """;

    /// <summary>For an admin of the customer's ACC or BIM 360 account.</summary>
    public static string Ownership(string word, string accAccountId) =>
        $"""
            Please show that the Autodesk account {accAccountId} is yours. You need to be an account admin.

            1. Open Account Admin (https://acc.autodesk.com/account-admin or the address that you use; in BIM 360: https://admin.b360.autodesk.com).
            2. Open Companies and add a company with this name: {word}
               (A business unit with this name will do as well.)
            3. Nothing else has to be filled in. As soon as the account works the company can be deleted again.

            Only an admin of the account can do this, so nobody else can connect it in your place.
            """;

    /// <summary>For whoever owns the Autodesk app.</summary>
    public static string ApiProduct(string clientId, string product) =>
        $"""
            Please switch on the API "{product}" for the Autodesk app {clientId}.

            1. Sign in at https://aps.autodesk.com and open My Apps (in your hub: Developer > Applications).
            2. Open the app with the client id {clientId}.
            3. Under "API Access" select "{product}" and save.
            """;

    /// <summary>For whoever owns the Autodesk app.</summary>
    public static string Scope(string clientId, string scope) =>
        $"""
            Please allow the Autodesk app {clientId} the scope {scope} ({AutodeskScopes.Describe(scope)}).

            1. Sign in at https://aps.autodesk.com and open My Apps (in your hub: Developer > Applications).
            2. Open the app with the client id {clientId}.
            3. Under the scopes of the app select {scope} and save.
            """;
}
