using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantHub.Server.Telemetry;
using TenantHub.Testing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace TenantHub.Server.Deploy;

/// <summary>What alerts and dashboard ask Prometheus for is what a hub serves; what an alert sends people to is there.</summary>
[Collection(BusyServerCollection.Name)]
public sealed partial class MonitoringTests(BusyServer busy)
{
    private static string Folder => Path.Combine(Repository.Root, "deploy");

    [Fact]
    public void EveryMetricOfAnAlert_IsServed()
    {
        var alerts = Alerts();

        Assert.True(alerts.Count >= 12);
        foreach (var alert in alerts)
            AssertServed((string)alert["expr"]!, $"alert {alert["alert"]}");
    }

    [Fact]
    public void EveryMetricOfTheDashboard_IsServed_AndEveryPanelAsksForSomething()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "grafana", "tenanthub.json")))!;
        var panels = dashboard["panels"]!.AsArray().Where(panel => (string?)panel!["type"] != "row").ToList();

        Assert.True(panels.Count >= 20);
        Assert.Equal(
            dashboard["panels"]!.AsArray().Count,
            dashboard["panels"]!.AsArray().Select(panel => (int)panel!["id"]!).Distinct().Count()
        );
        foreach (var panel in panels)
        {
            Assert.NotEmpty(panel!["targets"]!.AsArray());
            foreach (var target in panel["targets"]!.AsArray())
                AssertServed((string)target!["expr"]!, $"panel {panel["title"]}");
        }
    }

    [Fact]
    public void EveryOwnMetric_IsOnTheDashboard()
    {
        var dashboard = File.ReadAllText(Path.Combine(Folder, "grafana", "tenanthub.json"));

        foreach (
            var name in busy
                .Names.Where(name => name.StartsWith("tenanthub_", StringComparison.Ordinal))
                .Select(name => Series().Replace(name, ""))
        )
            Assert.Contains(name, dashboard, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryAlert_HasItsEntryInTheRunbook()
    {
        var entries = Regex
            .Matches(File.ReadAllText(Path.Combine(Folder, "runbook.md")), "^### (.+)$", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value.Trim())
            .ToList();

        Assert.Equal(Alerts().Select(alert => (string)alert["alert"]!).Order(), entries.Order());
        foreach (var alert in Alerts())
            Assert.Equal(
                $"deploy/runbook.md#{((string)alert["alert"]!).ToLowerInvariant()}",
                (string)((YamlMappingNode)alert["annotations"])["runbook_url"]!
            );
    }

    private void AssertServed(string expression, string where)
    {
        var known = busy.Names.Concat(busy.Labels).Append("up").ToHashSet();
        var asked = Name()
            .Matches(Quoted().Replace(expression, "\"\""))
            .Select(match => match.Value)
            .Where(name => name.Contains('_', StringComparison.Ordinal) && !Functions.Contains(name))
            .ToList();
        Assert.True(asked.Count > 0 || expression.Contains("up{", StringComparison.Ordinal), $"{where} asks for nothing: {expression}");
        Assert.All(asked, name => Assert.True(known.Contains(name), $"{where} asks for {name}, which no hub serves."));
    }

    private static readonly string[] Functions = ["histogram_quantile", "__rate_interval"];

    private static List<YamlMappingNode> Alerts()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, "prometheus", "alerts.yml"));
        yaml.Load(reader);
        return [.. ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"][0]["rules"]).Cast<YamlMappingNode>()];
    }

    [GeneratedRegex(@"[a-z_][a-z0-9_]*")]
    private static partial Regex Name();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Series();
}
