using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.Faults;
using TenantHub.ApsEmulator.Journal;
using TenantHub.ApsEmulator.Oss;
using TenantHub.ApsEmulator.Quotas;
using TenantHub.ApsEmulator.Webhooks;

namespace TenantHub.ApsEmulator;

/// <summary>
/// Everything the emulator knows. One lock guards all of it: handlers are short and never wait while they hold it, and correctness is what
/// an emulator is for.
/// </summary>
internal sealed class EmulatorState
{
    private readonly EmulatorOptions _options;

    public EmulatorState(EmulatorOptions options)
    {
        _options = options;
        Clock = new VirtualClock(options.Clock);
        Quotas = new QuotaTable(Clock);
        Callbacks = new CallbackQueue(this);
        Fill();
    }

    public Lock Gate { get; } = new();

    public VirtualClock Clock { get; }

    public Dictionary<string, EmulatedApp> Apps { get; } = [];

    public Dictionary<string, IssuedToken> Tokens { get; } = [];

    public Dictionary<string, EmulatedAccount> Accounts { get; } = [];

    public Dictionary<string, EmulatedBucket> Buckets { get; } = [];

    public Dictionary<string, UploadSession> Uploads { get; } = [];

    public List<EmulatedHook> Hooks { get; } = [];

    public HookSecrets HookSecrets { get; } = new();

    public CallbackQueue Callbacks { get; }

    public FaultList Faults { get; } = new();

    public QuotaTable Quotas { get; }

    public RequestJournal Journal { get; } = new();

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromSeconds(3599);

    public TimeSpan ProjectActivation { get; set; } = TimeSpan.FromSeconds(3);

    public int WebhookPageSize { get; set; } = 200;

    /// <summary>Gets or sets whether uploaded bytes can be read again; else they are counted and hashed only.</summary>
    public bool KeepsFiles { get; set; } = true;

    /// <summary>Gets or sets the groups of endpoints that refuse apps and want a signed-in user. Autodesk's specifications list some as
    /// such.</summary>
    public IReadOnlyList<string> ThreeLeggedOnly { get; set; } = [];

    /// <summary>Gets or sets the regions that do not answer when hubs are listed.</summary>
    public IReadOnlyList<string> SilentRegions { get; set; } = [];

    /// <summary>Back to the seed.</summary>
    public void Reset()
    {
        lock (Gate)
        {
            foreach (var stored in Buckets.Values.SelectMany(bucket => bucket.Objects.Values))
                stored.Content?.Dispose();
            foreach (var part in Uploads.Values.SelectMany(upload => upload.Parts.Values))
                part.Content.Dispose();
            Apps.Clear();
            Tokens.Clear();
            Accounts.Clear();
            Buckets.Clear();
            Uploads.Clear();
            Hooks.Clear();
            HookSecrets.Clear();
            Callbacks.Reset();
            Faults.Clear();
            Quotas.Reset();
            Journal.Clear();
            Clock.Reset();
            TokenLifetime = TimeSpan.FromSeconds(3599);
            ProjectActivation = TimeSpan.FromSeconds(3);
            WebhookPageSize = 200;
            KeepsFiles = true;
            ThreeLeggedOnly = [];
            SilentRegions = [];
            Fill();
        }
    }

    private void Fill()
    {
        foreach (var wip in new[] { "wip.dm.prod", "wip.dm.emea.prod" })
            Buckets[wip] = new EmulatedBucket(
                wip,
                "autodesk-wip",
                wip.Contains("emea", StringComparison.Ordinal) ? "EMEA" : "US",
                "persistent",
                Clock.Now
            );
        if (!_options.Seed)
            return;
        Apps[EmulatorSeed.ClientId] = new EmulatedApp(
            EmulatorSeed.ClientId,
            [EmulatorSeed.ClientSecret],
            ApiProducts.All.ToHashSet(),
            Scopes.All.ToHashSet()
        );
        foreach (var (id, name) in EmulatorSeed.Accounts)
            Accounts[id] = SampleContent.Fill(this, new EmulatedAccount(id, name, EmulatorSeed.Region, [EmulatorSeed.ClientId]));
    }
}
