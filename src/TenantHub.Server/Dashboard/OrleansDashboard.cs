using Orleans.Dashboard;
using TenantHub.Server.Security;

namespace TenantHub.Server.Dashboard;

/// <summary>Orleans' own dashboard under <c>/dashboard</c>: silos, activations, calls by method. Off unless
/// <c>TenantHub:Dashboard:Enabled</c> is true.</summary>
internal static class OrleansDashboard
{
    public const string Path = "/dashboard";
    private const string Setting = "TenantHub:Dashboard:Enabled";

    public static bool IsEnabled(IConfiguration configuration) => configuration.GetValue<bool>(Setting);

    public static ISiloBuilder UseClusterDashboard(this ISiloBuilder silo)
    {
        if (!IsEnabled(silo.Configuration))
            return silo;

        // Its trace is the server's log without the log's filters. Its state view calls grain methods that return a state; ours have none.
        return silo.AddDashboard(options => options.HideTrace = true);
    }

    public static WebApplication MapClusterDashboard(this WebApplication app)
    {
        if (IsEnabled(app.Configuration))
            app.MapOrleansDashboard(Path).RequireAuthorization(Policies.OperateShared);
        return app;
    }
}
