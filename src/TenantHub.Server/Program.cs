using TenantHub;
using TenantHub.Server.Accounts;
using TenantHub.Server.Actions;
using TenantHub.Server.Errors;
using TenantHub.Server.Events;
using TenantHub.Server.Guide;
using TenantHub.Server.Health;
using TenantHub.Server.Hosting;
using TenantHub.Server.Linking;
using TenantHub.Server.Profiles;
using TenantHub.Server.Quotas;
using TenantHub.Server.Ui;
using TenantHub.Storage;

var builder = HubHost.CreateBuilder(args);
await using var emulator = await EmbeddedEmulator.StartIfEnabledAsync(builder);

builder.Host.UseOrleans(silo => silo.UseHubNetwork().AddTenantHubStorage().AddTenantHubGrains());
builder.Services.AddHubSecurity().AddHubHealth().AddHubErrors().AddGracefulShutdown().AddTransfers().AddLinking().AddApiDocuments();
builder.Services.AddHostedService<Welcome>();

var app = builder.Build();
app.UseExceptionHandler();
app.UseErrorBodies();
app.UseAuthentication();
app.UseAuthorization();

app.MapAccounts();
app.MapActions();
app.MapProfiles();
app.MapConnectSessions();
app.MapEventEndpoints();
app.MapGuide().AllowAnonymous();
app.MapQuotas();
app.MapPages();
app.MapHealth().AllowAnonymous();
app.MapApiDocuments().AllowAnonymous();

await app.RunAsync();
