using System.Globalization;
using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;

namespace TenantHub.LoadTests.Reporting;

/// <summary>What the figures were measured on: without it they mean nothing.</summary>
internal static class Machine
{
    public static IReadOnlyDictionary<string, string> Describe()
    {
        var facts = new Dictionary<string, string>
        {
            ["When"] = TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
            ["CPU"] = $"{Environment.ProcessorCount} cores, {ProcessorName() ?? RuntimeInformation.ProcessArchitecture.ToString()}",
            ["Memory"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024.0 / 1024 / 1024:0.0} GB"
            ),
            ["System"] = RuntimeInformation.OSDescription,
            ["Runtime"] = $"{RuntimeInformation.FrameworkDescription}, {(GCSettings.IsServerGC ? "server" : "workstation")} GC",
            ["Build"] = Attribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown",
        };
        if (Attribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit])
            facts["Commit"] = commit;
        return facts;
    }

    private static T? Attribute<T>()
        where T : Attribute => typeof(Machine).Assembly.GetCustomAttribute<T>();

    private static string? ProcessorName()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':')[1]
                .Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
