using System.Text.Json;
using TenantHub.Autodesk.Http;

namespace TenantHub.Autodesk.Isolation;

/// <summary>What Autodesk's answer says about whose a thing is.</summary>
public static class ProjectProof
{
    /// <summary>
    /// Tells whether the answer to a check shows the thing to be the account's; null when it proves nothing. An answer that names another
    /// hub or account counts against, whatever path it was asked for under.
    /// </summary>
    public static bool? Judge(ApsResponse? response, LinkedAccountContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (response is ApsResponse.Answered { Status: 400 or 404 or 410 })
            return false; // Not an id of Autodesk's, or of nothing under this account.
        if (response is not ApsResponse.Answered { Succeeded: true, Body: { } body })
            return null;
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            var hub = IdPath.Read(document.RootElement, "data.relationships.hub.data.id").FirstOrDefault();
            if (hub is not null)
                return string.Equals(hub, context.HubId, StringComparison.OrdinalIgnoreCase);
            var account = IdPath.Read(document.RootElement, "accountId").FirstOrDefault();
            if (account is not null)
                return string.Equals(account, context.AccAccountId, StringComparison.OrdinalIgnoreCase);
            return document.RootElement.Member("data") is not null ? true : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
