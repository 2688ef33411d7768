using TenantHub;
using TenantHub.Server;
using TenantHub.Server.Accounts;
using TenantHub.Server.Actions;
using TenantHub.Server.Approvals;
using TenantHub.Server.Audit;
using TenantHub.Server.Calls;
using TenantHub.Server.Dashboard;
using TenantHub.Server.Errors;
using TenantHub.Server.Events;
using TenantHub.Server.Guide;
using TenantHub.Server.Health;
using TenantHub.Server.Hosting;
using TenantHub.Server.Keys;
using TenantHub.Server.Linking;
using TenantHub.Server.Mcp;
using TenantHub.Server.Profiles;
using TenantHub.Server.Quotas;
using TenantHub.Server.Security;
using TenantHub.Server.Telemetry;
using TenantHub.Server.Transfers;
using TenantHub.Server.Ui;
using TenantHub.Storage;

var builder = ServerHost.CreateBuilder(args);
await using var emulator = await EmbeddedEmulator.StartIfEnabledAsync(builder);

builder.AddTelemetry();
builder.Host.UseOrleans(silo =>
    silo.UseServerNetwork(builder.Environment).UseTracing().UseClusterDashboard().AddTenantHubStorage().AddTenantHubGrains()
);
builder
    .Services.AddSecurity(builder.Configuration)
    .AddHealth()
    .AddErrors()
    .AddGracefulShutdown()
    .AddActions()
    .AddTransfers()
    .AddReceiver()
    .AddLinking()
    .AddMcp()
    .AddConsole()
    .AddApiDocuments();
builder.Services.AddHostedService<Welcome>();

var app = builder.Build();
ProxyOptions.Use(app);
app.UseNoSniff();
app.UseMetrics();
app.UseExceptionHandler();
app.UseRequestGuard();
RefusalLimits.Use(app);
app.UseErrorBodies();
app.UseConsoleGuard();
app.UseMcpGuard();
app.UseAuthentication();
app.UseAuthorization();

app.MapFrontDoor().AllowAnonymous();
app.MapAccounts();
app.MapRecordings();
app.MapConflicts();
app.MapActions();
app.MapMcpEndpoints();
app.MapApprovals();
app.MapUploads();
app.MapFileContent();
app.MapFolders();
app.MapConnectors();
app.MapProfiles();
app.MapConnectSessions();
app.MapEventEndpoints();
app.MapSubscriptions();
app.MapGuide().AllowAnonymous();
app.MapQuotas();
app.MapKeys();
app.MapAudit();
app.MapCallLog();
app.MapClusterDashboard();
app.MapPages();
app.MapHealth().AllowAnonymous();
app.MapApiDocuments().AllowAnonymous();

// Each look at a source makes its endpoints anew, so both checks share one.
var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).ToList();
Policies.Check(endpoints);
AuditedEndpoints.Check(endpoints);

await app.RunAsync();
