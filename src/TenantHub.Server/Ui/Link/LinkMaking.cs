using TenantHub.Errors;
using TenantHub.Linking;
using TenantHub.Server.Linking;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Ui.Link;

/// <summary>Makes the links that the console's pages show, as POST /connect_sessions does.</summary>
internal static class LinkMaking
{
    private const string Target = "connect_session";

    public static async Task<(string? Link, ServiceError? Error)> MakeLinkAsync(
        this ConsoleGate gate,
        IGrainFactory grains,
        ConnectSessionRequest request,
        string origin,
        LinkingOptions options
    )
    {
        string? link = null;
        var error = await gate.ChangeAsync(
            Policies.Link,
            "create_connect_session",
            Target,
            async user =>
            {
                var (token, result) = await ConnectSessionEndpoints.OpenAsync(user, grains, request);
                if (result.Session is not { } session)
                    return (result.Error, Target);
                link = ConnectSessionEndpoints.LinkUrl(origin, options, token);
                return (null, $"{Target}/{session.Number}");
            }
        );
        return (link, error);
    }
}
