using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Autodesk;

public sealed class CanonicalCallTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    /// <summary>Who approves one call must not have approved another that has the same words in other places.</summary>
    [Fact]
    public void CallsThatDiffer_HaveDifferentNames()
    {
        ActionRequest[] calls =
        [
            Call(new() { ["a"] = ["b", "query", "c", "d"] }),
            Call(new() { ["a"] = ["b"], ["c"] = ["d"] }),
            Call(new() { ["a"] = ["b", "header", "x-user-id", "somebody"] }),
            Call(new() { ["a"] = ["b"] }) with
            {
                Headers = new Dictionary<string, string> { ["x-user-id"] = "somebody" },
            },
            Call(new() { ["a"] = ["b"] }),
            Call(new() { ["a"] = ["b"] }) with
            {
                ContentHash = "00",
            },
            Call(new() { ["a"] = [] }),
            Call([]),
        ];

        Assert.Equal(calls.Length, calls.Select(HashOf).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":"d","e":[1,2]}}""", """{ "b" : {"e":[1,2],"c":"\u0064"},\n"a":1}""")]
    [InlineData("""[100,-1.50,0,1e-7]""", """[1.0E+2,-1.5,-0.0,0.0000001]""")]
    [InlineData("""[12345678901234567890.10]""", """[12345678901234567890.1]""")]
    public void SameBody_HasOneName_HoweverItIsWritten(string once, string again) =>
        Assert.Equal(OfBody(once), OfBody(again.Replace("\\n", "\n", StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":{"b":1},"c":2}""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":null}""", """{}""")]
    [InlineData("""["a"]""", """["A"]""")]
    [InlineData("""["a b"]""", """["a  b"]""")]
    [InlineData("""[1.5]""", """[-1.5]""")]
    [InlineData("""[15]""", """[1.5]""")]
    [InlineData("""[12345678901234567890.1]""", """[12345678901234567890.2]""")]
    [InlineData("""[9007199254740993]""", """[9007199254740992]""")]
    public void OtherBody_HasAnotherName(string one, string other) => Assert.NotEqual(OfBody(one), OfBody(other));

    [Fact]
    public void IdsAreOne_InEachOfTheirForms_WhereAutodeskGetsOne()
    {
        const string Project = "6a1f0f0e-0000-4000-8000-00000000000a";
        string Of(string project) =>
            HashOf(new("autodesk_create_item") { Path = new Dictionary<string, string> { ["project_id"] = project } });
        string OfObject(string key) =>
            HashOf(
                new("autodesk_delete_object")
                {
                    Path = new Dictionary<string, string> { ["bucketKey"] = "b", ["objectKey"] = key },
                }
            );

        Assert.Single(new[] { Project, "b." + Project, "B." + Project.ToUpperInvariant() }.Select(Of).Distinct());
        Assert.NotEqual(OfObject("b.txt"), OfObject("txt"));
        string OfHook(object body) => HashOf(new("autodesk_create_webhook") { Body = JsonBytes.From(body) });
        foreach (var id in new[] { "b." + Project, Project.ToUpperInvariant() })
        {
            Assert.Equal(OfHook(new { scope = new { project = Project } }), OfHook(new { scope = new { project = id } }));
            Assert.Equal(OfHook(new { projectId = Project }), OfHook(new { projectId = id }));
            Assert.Equal(OfHook(new { hubId = Project }), OfHook(new { hubId = id }));
            Assert.NotEqual(OfHook(new { callbackUrl = Project }), OfHook(new { callbackUrl = id })); // No id stands there.
        }
    }

    [Fact]
    public void WhatTheAccountFillsIn_IsTheSameWhereItIsLeftOut()
    {
        var bare = new ActionRequest("autodesk_create_account_project") { Body = JsonBytes.From(new { name = "n" }) };

        Assert.Equal(
            HashOf(bare),
            HashOf(
                bare with
                {
                    Path = new Dictionary<string, string> { ["account_id"] = "6a1f0f0e-0000-4000-8000-00000000000a" },
                    Headers = new Dictionary<string, string> { ["region"] = "US" },
                }
            )
        );
    }

    /// <summary>Some clients send an empty body with each call.</summary>
    [Fact]
    public void BodyThatTheActionDoesNotHave_IsNoDifference()
    {
        var delete = new ActionRequest("autodesk_delete_bucket") { Path = new Dictionary<string, string> { ["bucketKey"] = "b" } };

        Assert.Equal(HashOf(delete), HashOf(delete with { Body = JsonBytes.From(new { }) }));
    }

    private static string OfBody(string json) =>
        HashOf(new("autodesk_create_item") { Body = new JsonBytes(System.Text.Encoding.UTF8.GetBytes(json)) });

    private static string HashOf(ActionRequest call) => CanonicalCall.HashOf(Catalog.Find(call.ActionId)!, call);

    private static ActionRequest Call(Dictionary<string, string[]> query) => new("autodesk_create_item") { Query = query };
}
