using TenantHub.Actions;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;

namespace TenantHub.LoadTests.Running;

/// <summary>One run of a scenario: what it may use, and where it notes what it found.</summary>
internal sealed class ScenarioRun(RunOptions options, Action<string> tell)
{
    private readonly List<Figure> _figures = [];

    public Recorder Recorder { get; } = new();

    public IReadOnlyList<Figure> Figures => _figures;

    /// <summary>Gets or sets what it ran on, for the report.</summary>
    public string Setup { get; set; } = "";

    /// <summary>Gets how much of a limit was used, by the second at which a window ended.</summary>
    public List<QuotaWindow> QuotaWindows { get; } = [];

    /// <summary>Gets or sets how the process that is measured is looked at; this one unless the scenario says otherwise.</summary>
    public Func<Task<ProcessSample>> Sample { get; set; } = () => Task.FromResult(ProcessSample.OfThis());

    /// <summary>Gets what is worth reading below the figures: for example answers that were wrong.</summary>
    public List<string> Remarks { get; } = [];

    public bool IsShort => options.Short;

    public int Accounts(int normal, int inShort) => options.Accounts ?? (options.Short ? inShort : normal);

    public TimeSpan Time(double normal, double inShort) => TimeSpan.FromSeconds(options.Seconds ?? (options.Short ? inShort : normal));

    public int Silos(int normal) => options.Silos ?? normal;

    /// <summary>A number that only the form decides.</summary>
    public T Pick<T>(T normal, T inShort) => options.Short ? inShort : normal;

    /// <summary>Starts silos in this process, in front of the given Autodesk.</summary>
    public async Task<LoadCluster> StartClusterAsync(IAutodesk autodesk, IReadOnlyDictionary<string, string>? settings = null)
    {
        var silos = Silos(1);
        Setup =
            $"{silos} {(silos == 1 ? "silo in this process, SQLite" : "silos in this process, PostgreSQL")}, {(autodesk is BareAutodesk ? "bare upstream in a process of its own" : "emulator in this process")}";
        Phase($"starting {Setup}");
        return await LoadCluster.StartAsync(autodesk, silos, settings);
    }

    public async Task<IReadOnlyList<LoadAccount>> LinkAsync(LoadCluster cluster, int count, params string[] actions)
    {
        Phase($"linking {count:N0} accounts");
        return await cluster.LinkAsync(count, actions, linked => Phase($"linked {linked:N0} of {count:N0} accounts"));
    }

    /// <summary>Says what is being done.</summary>
    public void Phase(string text) => tell(text);

    /// <summary>Notes a figure. Where limits.json has a limit for its name, the run is held to it.</summary>
    public void Note(string name, double value, string unit = "") => _figures.Add(new Figure(name, value, unit));

    /// <summary>Makes a call of one account and records it.</summary>
    public Task<ActionResult?> MeasureAsync(Tally kind, LoadAccount account, long due, Func<Task<ActionResult>> call) =>
        Recorder.MeasureAsync(kind, account, due, call);

    /// <summary>Each account reads once, so that tokens, connections and compiled code are there before anything counts.</summary>
    public Task WarmUpAsync(IReadOnlyList<LoadAccount> accounts) =>
        Pace.EachAsync(
            accounts.Count,
            32,
            async (i, _) =>
            {
                if (await accounts[i].ReadAsync() is ActionResult.Failed failed)
                    throw new InvalidOperationException($"The first call of an account failed: {failed.Error}");
            }
        );
}

/// <summary>Something that a scenario found.</summary>
internal sealed record Figure(string Name, double Value, string Unit);

/// <summary>The use of one limit in one window.</summary>
internal sealed record QuotaWindow(string Group, double EndedAtSecond, int Used, int Limit);
