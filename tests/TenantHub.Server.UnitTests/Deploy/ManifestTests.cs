using System.Globalization;
using System.Text.RegularExpressions;
using TenantHub.Server.Hosting;
using TenantHub.Testing;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace TenantHub.Server.Deploy;

/// <summary>What must hold between the files of a deployment, which no schema says. The schemas themselves were checked by other tools (ADR
/// 12).</summary>
public sealed partial class ManifestTests
{
    private static string Root => Repository.Root;

    private static double ShutdownSeconds => new ShutdownOptions().Limit.TotalSeconds;

    [Fact]
    public void Kubernetes_SelectsItsOwnPods_ProbesThem_AndLetsThemEnd()
    {
        var deployment = Manifest("deployment.yaml");
        var pod = deployment["spec"]["template"];
        var labels = Text(pod["metadata"]["labels"]);
        Assert.Equal(labels, Text(deployment["spec"]["selector"]["matchLabels"]));
        Assert.Equal(labels, Text(Manifest("service.yaml")["spec"]["selector"]));
        Assert.Equal(labels, Text(Manifest("poddisruptionbudget.yaml")["spec"]["selector"]["matchLabels"]));
        Assert.Equal(labels, Text(Manifest("networkpolicy.yaml")["spec"]["podSelector"]["matchLabels"]));

        var hub = pod["spec"]["containers"][0];
        Assert.Equal(
            ["/health/live", "/health/live", "/health/ready"],
            new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Select(probe => (string)hub[probe]["httpGet"]["path"]!)
        );
        Assert.Equal("true", (string?)pod["spec"]["securityContext"]["runAsNonRoot"]);
        Assert.Equal("true", (string?)hub["securityContext"]["readOnlyRootFilesystem"]);

        // The process has to end before it is killed.
        Assert.True(int.Parse((string)pod["spec"]["terminationGracePeriodSeconds"]!, CultureInfo.InvariantCulture) >= ShutdownSeconds + 10);
    }

    [Fact]
    public void Kubernetes_OpensThePrivatePortsToHubsOnly()
    {
        var ports = ((YamlSequenceNode)Manifest("deployment.yaml")["spec"]["template"]["spec"]["containers"][0]["ports"]).ToDictionary(
            port => (string)port["name"]!,
            port => (string)port["containerPort"]!
        );
        Assert.Equal(("5400", "9464", "11111", "30000"), (ports["http"], ports["metrics"], ports["silo"], ports["gateway"]));
        Assert.Equal(["http"], ((YamlSequenceNode)Manifest("service.yaml")["spec"]["ports"]).Select(port => (string)port["targetPort"]!));

        foreach (var rule in (YamlSequenceNode)Manifest("networkpolicy.yaml")["spec"]["ingress"])
        {
            var opened = ((YamlSequenceNode)rule["ports"]).Select(port => (string)port["port"]!).ToList();
            Assert.All(opened, port => Assert.Contains(port, ports.Keys));
            if (opened is not ["http"])
                Assert.True(
                    ((YamlMappingNode)rule).Children.ContainsKey(new YamlScalarNode("from")),
                    $"{string.Join(", ", opened)} is open to everybody."
                );
        }
    }

    [Fact]
    public void Kubernetes_TakesItsSecretsFromTheSecretThatIsDescribed()
    {
        var described = ((YamlMappingNode)Manifest("secret.example.yaml")["stringData"]).Children.Keys.Select(key => (string)key!);
        var used = ((YamlSequenceNode)Manifest("deployment.yaml")["spec"]["template"]["spec"]["containers"][0]["env"])
            .OfType<YamlMappingNode>()
            .Where(variable => variable.Children.ContainsKey(new YamlScalarNode("valueFrom")))
            .Select(variable => variable["valueFrom"])
            .OfType<YamlMappingNode>()
            .Where(source => source.Children.ContainsKey(new YamlScalarNode("secretKeyRef")))
            .Select(source => (string)source["secretKeyRef"]["key"]!);

        Assert.Equal(described.Order(), used.Order());
    }

    /// <summary>A hub in Production needs them, and finds them where they are mounted.</summary>
    [Fact]
    public void Kubernetes_GivesTheHubsTheirCertificates()
    {
        var pod = Manifest("deployment.yaml")["spec"]["template"]["spec"];
        var hub = pod["containers"][0];
        var volume = ((YamlSequenceNode)pod["volumes"])
            .OfType<YamlMappingNode>()
            .Single(volume => volume.Children.ContainsKey(new YamlScalarNode("secret")));
        var mount = ((YamlSequenceNode)hub["volumeMounts"]).Single(mount => (string?)mount["name"] == (string?)volume["name"]);
        var files = ((YamlSequenceNode)hub["env"])
            .Where(variable => ((string)variable["name"]!).StartsWith("TenantHub__Orleans__Tls__", StringComparison.Ordinal))
            .Select(variable => (string)variable["value"]!);

        Assert.Equal(("tenanthub-tls", "true"), ((string?)volume["secret"]["secretName"], (string?)mount["readOnly"]));
        Assert.Equal(new[] { "tls.crt", "tls.key", "ca.crt" }.Select(file => $"{mount["mountPath"]}/{file}"), files);
    }

    [Fact]
    public void Compose_GivesEachHubItsOwnCertificate_WithWhatTheScriptMakes()
    {
        var services = Load(Path.Combine(Root, "docker-compose.yml"))["services"];
        var script = File.ReadAllText(Path.Combine(Root, "deploy", "docker", "make-authority.sh"));

        foreach (var hub in new[] { "hub-1", "hub-2" })
            Assert.EndsWith($"/{hub}:/tls:ro", (string)services[hub]["volumes"][0]!, StringComparison.Ordinal);
        foreach (
            var file in new[] { "CertificateFile", "KeyFile", "AuthorityFile" }.Select(file =>
                (string)services["hub-1"]["environment"]["TenantHub__Orleans__Tls__" + file]!
            )
        )
            Assert.Contains(file[(file.LastIndexOf('/') + 1)..^1], script, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_KeepsThePrivatePortsAndTheDatabaseInside()
    {
        var compose = Load(Path.Combine(Root, "docker-compose.yml"));
        var services = compose["services"];
        foreach (var hub in new[] { "hub-1", "hub-2" })
        {
            Assert.Equal(
                ["127.0.0.1"],
                ((YamlSequenceNode)services[hub]["ports"]).Select(port => ((string)port!).Split(':')[0]).Distinct()
            );
            Assert.All((YamlSequenceNode)services[hub]["ports"], port => Assert.EndsWith(":5400", (string)port!, StringComparison.Ordinal));
            Assert.Equal("true", (string?)services[hub]["read_only"]);
            Assert.True(
                int.Parse(((string)services[hub]["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture) >= ShutdownSeconds + 10
            );
        }

        Assert.Equal("true", (string?)compose["networks"]["cluster"]["internal"]);
        foreach (var inside in new[] { "postgres", "emulator" })
        {
            Assert.False(((YamlMappingNode)services[inside]).Children.ContainsKey(new YamlScalarNode("ports")));
            Assert.Equal(["cluster"], ((YamlSequenceNode)services[inside]["networks"]).Select(network => (string)network!));
        }

        Assert.Equal(["try"], ((YamlSequenceNode)services["emulator"]["profiles"]).Select(profile => (string)profile!));
    }

    /// <summary>Nothing that must be set is left out of the files that say how to set it, and nothing in them is set for nobody.</summary>
    [Theory]
    [InlineData("example.env", "POSTGRES_PASSWORD", "TENANTHUB_ADMIN_KEY", "TENANTHUB_KEY", "TENANTHUB_TLS")]
    [InlineData(
        "try.env",
        "AUTODESK_STORAGE_HOST",
        "AUTODESK_URL",
        "POSTGRES_PASSWORD",
        "TENANTHUB_ADMIN_KEY",
        "TENANTHUB_KEY",
        "TENANTHUB_NETWORK_IS_PRIVATE"
    )]
    public void Compose_IsToldWhatItNeeds(string file, params string[] needed)
    {
        var known = Variable()
            .Matches(File.ReadAllText(Path.Combine(Root, "docker-compose.yml")))
            .Select(match => match.Groups[1].Value)
            .Append("COMPOSE_PROFILES")
            .ToHashSet();
        var given = File.ReadAllLines(Path.Combine(Root, "deploy", "docker", file))
            .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
            .Select(line => line.Split('=')[0])
            .ToList();

        Assert.All(needed, name => Assert.Contains(name, given));
        Assert.All(given, name => Assert.Contains(name, known));
    }

    [Fact]
    public void Image_RunsAsNobodyInParticular_AndIsAskedForItsHealth()
    {
        var lines = File.ReadAllLines(Path.Combine(Root, "deploy", "docker", "Dockerfile"));

        Assert.Contains("USER $APP_UID", lines);
        Assert.Contains(
            lines,
            line =>
                line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal)
                && line.EndsWith("http://127.0.0.1:5400/health/ready", StringComparison.Ordinal)
        );
        Assert.Contains("ENTRYPOINT [\"dotnet\", \"TenantHub.Server.dll\"]", lines);

        // Everything that is copied is there, and no part of the build reads what is not.
        foreach (
            var source in lines
                .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
                .SelectMany(line => line.Split(' ')[1..^1])
        )
            Assert.True(Path.Exists(Path.Combine(Root, source)), source);
    }

    private static YamlNode Manifest(string file) => Load(Path.Combine(Root, "deploy", "kubernetes", file));

    /// <summary>Loads a file with its anchors merged in.</summary>
    private static YamlNode Load(string path)
    {
        using var reader = File.OpenText(path);
        var merged = new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(reader)));
        var yaml = new YamlStream();
        using var text = new StringReader(new SerializerBuilder().Build().Serialize(merged!));
        yaml.Load(text);
        return yaml.Documents[0].RootNode;
    }

    private static string Text(YamlNode labels) =>
        string.Join(",", ((YamlMappingNode)labels).Children.Select(pair => $"{pair.Key}={pair.Value}"));

    [GeneratedRegex(@"\$\{([A-Z_]+)")]
    private static partial Regex Variable();
}
