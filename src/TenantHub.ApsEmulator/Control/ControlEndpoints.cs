using System.Globalization;
using System.Text.Json;
using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Control;

/// <summary>How tests and people set the emulator up and see what it saw. See README.md.</summary>
internal static class ControlEndpoints
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly string[] Regions = ["US", "EMEA", "AUS", "CAN", "DEU", "IND", "JPN", "GBR"];

    public static void Map(IEndpointRouteBuilder app, EmulatorState state)
    {
        var control = app.MapGroup("/_emulator");
        control.MapGet("/journal", (HttpRequest request) => ReadJournal(request, state));
        control.MapDelete(
            "/journal",
            () =>
            {
                state.Journal.Clear();
                return Done();
            }
        );
        control.MapPost(
            "/reset",
            () =>
            {
                state.Reset();
                return Done();
            }
        );
        control.MapPost("/apps", (HttpRequest request) => WithBodyAsync<AppRequest>(request, body => PutApp(body, state)));
        control.MapPost("/accounts", (HttpRequest request) => WithBodyAsync<AccountRequest>(request, body => PutAccount(body, state)));
        control.MapGet("/accounts/{id}", (string id) => GetAccount(id, state));
        control.MapPost("/quotas", (HttpRequest request) => WithBodyAsync<QuotasRequest>(request, body => ChangeQuotas(body, state)));
        control.MapGet("/quotas", () => Quotas(state));
        control.MapPost("/time", (HttpRequest request) => WithBodyAsync<TimeRequest>(request, body => MoveTime(body, state)));
        control.MapPost("/settings", (HttpRequest request) => WithBodyAsync<SettingsRequest>(request, body => ChangeSettings(body, state)));
        control.MapPost("/faults", (HttpRequest request) => FaultControl.AddAsync(request, state));
        control.MapDelete(
            "/faults",
            (string? client_id) =>
            {
                state.Faults.Clear(client_id);
                return Done();
            }
        );
    }

    internal static IResult Done() => Results.Json(new { ok = true });

    internal static IResult Bad(string message) => Results.Json(new { error = message }, statusCode: 400);

    internal static async Task<IResult> WithBodyAsync<T>(HttpRequest request, Func<T, IResult> handler)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Json) is { } body
                ? handler(body)
                : Bad("A JSON object is needed.");
        }
        catch (JsonException exception)
        {
            return Bad("The body is not what is wanted here: " + exception.Message);
        }
    }

    private static IResult ReadJournal(HttpRequest request, EmulatorState state)
    {
        _ = long.TryParse(request.Query["since"], CultureInfo.InvariantCulture, out var since);
        var entries = state.Journal.Read(since, Given(request, "client_id"), Given(request, "path_prefix"));
        return Results.Json(new { entries, dropped = state.Journal.Dropped }, Json);
    }

    private static string? Given(HttpRequest request, string name) =>
        request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    private static IResult PutApp(AppRequest request, EmulatorState state)
    {
        if (string.IsNullOrEmpty(request.ClientId) || string.IsNullOrEmpty(request.ClientSecret))
            return Bad("client_id and client_secret are needed.");
        if (request.ApiProducts?.FirstOrDefault(product => !ApiProducts.All.Contains(product)) is { } product)
            return Bad($"There is no API product \"{product}\"; known are {string.Join(", ", ApiProducts.All)}.");
        if (request.Scopes?.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is { } scope)
            return Bad($"There is no scope \"{scope}\"; known are {string.Join(", ", Scopes.All)}.");
        string[] secrets = request.PreviousClientSecret is { } previous ? [request.ClientSecret, previous] : [request.ClientSecret];
        lock (state.Gate)
            state.Apps[request.ClientId] = new EmulatedApp(
                request.ClientId,
                secrets,
                [.. request.ApiProducts ?? ApiProducts.All],
                [.. request.Scopes ?? Scopes.All]
            );
        return Done();
    }

    private static IResult PutAccount(AccountRequest request, EmulatorState state)
    {
        if (!Guid.TryParse(request.AccAccountId, out var uuid))
            return Bad("acc_account_id must be a UUID.");
        var region = request.Region ?? "US";
        if (!Regions.Contains(region))
            return Bad($"region must be one of {string.Join(", ", Regions)}.");
        var id = uuid.ToString("D");
        lock (state.Gate)
        {
            if (!state.Accounts.TryGetValue(id, out var account))
                state.Accounts[id] = account = SampleContent.Fill(
                    state,
                    new EmulatedAccount(id, request.Name ?? "Account " + id[..8], region, [])
                );
            account.Name = request.Name ?? account.Name;
            if (request.Region is not null)
                account.Region = region;
            if (request.ProvisionedClientIds is { } clients)
            {
                account.ProvisionedClientIds.Clear();
                account.ProvisionedClientIds.UnionWith(clients);
            }

            return Results.Json(AccountFace.Of(account, state.Clock.Now), Json);
        }
    }

    private static IResult GetAccount(string id, EmulatorState state)
    {
        lock (state.Gate)
        {
            return state.Accounts.TryGetValue(id, out var account)
                ? Results.Json(AccountFace.Of(account, state.Clock.Now), Json)
                : Results.Json(new { error = "There is no such account." }, statusCode: 404);
        }
    }

    private static IResult ChangeQuotas(QuotasRequest request, EmulatorState state)
    {
        var mode = state.Quotas.Mode;
        if (request.Mode is { } name)
        {
            if (name == "off")
                request = request with { Enabled = false };
            else if (!Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out mode))
                return Bad("mode must be sliding_log, fixed_window, token_bucket or off.");
        }

        if (request.WindowSeconds is <= 0)
            return Bad("window_seconds must be more than 0.");
        if (request.Limits?.Keys.FirstOrDefault(group => !state.Quotas.Limits.ContainsKey(group)) is { } unknown)
            return Bad($"There is no group \"{unknown}\"; see GET /_emulator/quotas.");
        lock (state.Gate)
        {
            state.Quotas.Change(
                mode,
                request.WindowSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : state.Quotas.Window,
                request.Limits ?? new Dictionary<string, int>()
            );
            state.Quotas.Enabled = request.Enabled ?? state.Quotas.Enabled;
        }

        return Quotas(state);
    }

    private static IResult Quotas(EmulatorState state) =>
        Results.Json(
            new
            {
                enabled = state.Quotas.Enabled,
                mode = JsonNamingPolicy.SnakeCaseLower.ConvertName(state.Quotas.Mode.ToString()),
                window_seconds = state.Quotas.Window.TotalSeconds,
                limits = state.Quotas.Limits,
            }
        );

    private static IResult MoveTime(TimeRequest request, EmulatorState state)
    {
        if (request.AdvanceSeconds is not >= 0)
            return Bad("advance_seconds must be 0 or more: time does not run backwards.");
        state.Clock.Advance(TimeSpan.FromSeconds(request.AdvanceSeconds.Value));
        state.Callbacks.Signal();
        return Results.Json(new { now = state.Clock.Now });
    }

    private static IResult ChangeSettings(SettingsRequest request, EmulatorState state)
    {
        if (request.WebhookPageSize is < 1 or > 200)
            return Bad("webhook_page_size must be 1 to 200.");
        if (request.ThreeLeggedOnly?.FirstOrDefault(group => !state.Quotas.Limits.ContainsKey(group)) is { } unknown)
            return Bad($"There is no group \"{unknown}\"; see GET /_emulator/quotas.");
        if (request.SilentRegions?.FirstOrDefault(region => !Regions.Contains(region)) is { } elsewhere)
            return Bad($"There is no region \"{elsewhere}\".");
        lock (state.Gate)
        {
            state.SilentRegions = request.SilentRegions ?? state.SilentRegions;
            state.ThreeLeggedOnly = request.ThreeLeggedOnly ?? state.ThreeLeggedOnly;
            state.WebhookPageSize = request.WebhookPageSize ?? state.WebhookPageSize;
            if (request.WebhookReactivationSeconds is { } reactivation)
                state.Callbacks.Reactivation = TimeSpan.FromSeconds(reactivation);
            if (request.ProjectActivationSeconds is { } activation)
                state.ProjectActivation = TimeSpan.FromSeconds(activation);
            if (request.TokenLifetimeSeconds is { } lifetime)
                state.TokenLifetime = TimeSpan.FromSeconds(lifetime);
            state.KeepsFiles = request.KeepFiles ?? state.KeepsFiles;
            state.Journal.KeepsBodies = request.JournalBodies ?? state.Journal.KeepsBodies;
        }

        return Done();
    }
}
