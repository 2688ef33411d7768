using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Accounts;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Architecture;

/// <summary>
/// What others hold us to is checked in: the Orleans contracts (Contracts.txt: aliases and numbers are for ever) and the OpenAPI document
/// (docs/openapi.json). A deliberate change is made by running the tests with UPDATE_CONTRACTS=1 and committing the result.
/// </summary>
public sealed class ContractTests(ServerFixture fixture)
{
    [Fact]
    public void OrleansContracts_AreAsCheckedIn()
    {
        var text = new StringBuilder();
        foreach (
            var type in typeof(ILinkedAccountGrain)
                .Assembly.GetTypes()
                .Where(type => Alias(type) is not null && !type.Namespace!.StartsWith("OrleansCodeGen", StringComparison.Ordinal))
                .OrderBy(Alias, StringComparer.Ordinal)
        )
        {
            text.Append(CultureInfo.InvariantCulture, $"{Alias(type)}\n");
            foreach (
                var member in type.GetMembers(
                        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly
                    )
                    .Where(member => member.GetCustomAttribute<IdAttribute>() is not null)
                    .OrderBy(member => member.GetCustomAttribute<IdAttribute>()!.Id)
            )
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {member.GetCustomAttribute<IdAttribute>()!.Id} {member.Name}: {(member as PropertyInfo)?.PropertyType.Name ?? (member as FieldInfo)?.FieldType.Name}\n"
                );
            if (!type.IsInterface)
                continue;
            foreach (var method in type.GetMethods().OrderBy(method => method.Name, StringComparer.Ordinal))
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {Alias(method)}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))}): {AnswerOf(method)}\n"
                );
        }

        AssertCheckedIn("tests/TenantHub.Server.Tests/Architecture/Contracts.txt", text.ToString());
    }

    /// <summary>A call that goes one way has no answer.</summary>
    private static string AnswerOf(MethodInfo method) => method.ReturnType.GenericTypeArguments is [var answer] ? answer.Name : "nothing";

    [Fact]
    public async Task OpenApiDocument_IsAsCheckedIn()
    {
        using var client = fixture.Hub.NewClient(null);
        var document = JsonNode.Parse(
            await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken)
        )!;

        AssertCheckedIn("docs/openapi.json", document.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    /// <summary>Who makes a client of the document writes what the endpoints read.</summary>
    [Fact]
    public async Task OpenApiDocument_NamesMembersAsTheWireDoes()
    {
        var document = JsonNode.Parse(
            await fixture.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken)
        )!;
        var schemas = document["components"]!["schemas"]!.AsObject();

        Assert.Contains("origin_owner_id", schemas["LinkAccountBody"]!["properties"]!.AsObject().Select(member => member.Key));
        Assert.DoesNotContain(
            schemas.SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(member => member.Key) ?? []),
            name => name.Any(char.IsAsciiLetterUpper)
        );
    }

    /// <summary>A misspelt filter is refused by naming the known ones, and those are what the document says.</summary>
    [Theory]
    [
        InlineData("/accounts"),
        InlineData("/requests/logs"),
        InlineData("/audit"),
        InlineData("/quotas"),
        InlineData("/keys"),
        InlineData("/guide")
    ]
    public async Task OpenApiDocument_NamesEveryParameterOfAList(string path)
    {
        var document = JsonNode.Parse(
            await fixture.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken)
        )!;
        var names = document["paths"]![path]!["get"]!["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!).ToList();

        var refused = await fixture.Http.SendAsync(HttpMethod.Get, path + "?misspelt=1");
        var accepted = await Task.WhenAll(names.Select(name => fixture.Http.SendAsync(HttpMethod.Get, $"{path}?{name}=1")));

        Assert.EndsWith(
            $"misspelt is not known here; known are {string.Join(", ", names)}.",
            refused.Text("detail"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            accepted,
            answer => answer.Code is not null && answer.Text("detail")!.Contains("is not known here", StringComparison.Ordinal)
        );
    }

    private static string? Alias(MemberInfo member) =>
        member.GetCustomAttributes<AliasAttribute>().Select(alias => alias.Alias).FirstOrDefault();

    private static void AssertCheckedIn(string path, string text)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }
}
