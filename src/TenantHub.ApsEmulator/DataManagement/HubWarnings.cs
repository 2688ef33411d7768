using System.Text.Json.Nodes;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>
/// What a list of hubs says of the regions that it could not look into: 403 where no account knows the app, 504 where the region does not
/// answer. The members are datamanagement.yaml's, with their capital letters.
/// </summary>
internal static class HubWarnings
{
    /// <summary>The regions of which public answers show the 403; that the younger ones give it too is not known.</summary>
    private static readonly (string Region, string Name)[] Asked = [("US", "US"), ("EMEA", "EMEA"), ("AUS", "APAC")];

    public static JsonArray Of(ApsCall call)
    {
        var known = call
            .State.Accounts.Values.Where(account => account.ProvisionedClientIds.Contains(call.App.ClientId))
            .Select(account => account.Region)
            .ToHashSet();
        var silent = call.State.SilentRegions;
        return
        [
            .. silent.Select(region =>
                Warning(Asked.FirstOrDefault(asked => asked.Region == region).Name ?? region, "504", "The region did not answer in time.")
            ),
            .. Asked
                .Where(asked => !known.Contains(asked.Region) && !silent.Contains(asked.Region))
                .Select(asked => Warning(asked.Name, "403", "You don't have permission to access this API")),
        ];
    }

    private static JsonObject Warning(string region, string status, string detail) =>
        new()
        {
            ["Id"] = null,
            ["HttpStatusCode"] = status,
            ["ErrorCode"] = "BIM360DM_ERROR",
            ["Title"] = $"Unable to get hubs from BIM360DM {region}.",
            ["Detail"] = detail,
            ["AboutLink"] = null,
            ["Source"] = null,
            ["meta"] = null,
        };
}
