using NJsonSchema;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Autodesk;

public sealed class BodyCheckTests
{
    private const string Schema = """
        {
          "type": "object",
          "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 5},
            "key": {"type": "string", "pattern": "^[a-z]+$"},
            "policy": {"type": "string", "enum": ["transient", "persistent"]},
            "size": {"type": "integer", "minimum": 1},
            "share": {"type": "number"},
            "active": {"type": "boolean"},
            "rows": {
              "type": "array", "minItems": 1, "maxItems": 2,
              "items": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"], "additionalProperties": false}
            },
            "free": {"type": "object", "minProperties": 1}
          },
          "required": ["name"],
          "additionalProperties": false
        }
        """;

    private static readonly ActionDefinition WithBody = Action(Schema);
    private static readonly ActionDefinition WithoutBody = Action(schema: null);

    [Theory]
    [InlineData("""{"name":"abc"}""")]
    [InlineData("""{"name":"abc","key":"z","policy":"transient","size":1,"share":0.5,"active":true}""")]
    [InlineData("""{"name":"abc","rows":[{"id":"1"},{"id":"2"}],"free":{"x":null}}""")]
    public void BodyThatFitsItsSchema_HasNoFault(string body) => Assert.Empty(FaultsIn(WithBody, body));

    [Theory]
    [InlineData("""{}""", "body.name", "is required.")]
    [InlineData("""{"name":"a"}""", "body.name", "must have at least 2 characters.")]
    [InlineData("""{"name":"abc","size":9223372036854775808}""", "body.size", "must not be a whole number beyond 64 bits.")]
    [InlineData("""{"name":18446744073709551616}""", "body.name", "must not be a whole number beyond 64 bits.")]
    [InlineData("18446744073709551616", "body", "must not be a whole number beyond 64 bits.")]
    [InlineData("""{"name":"abcdef"}""", "body.name", "must have at most 5 characters.")]
    [InlineData("""{"name":7}""", "body.name", "must be a string.")]
    [InlineData("""{"name":null}""", "body.name", "must be a string.")]
    [InlineData("""{"name":"abc","key":"A"}""", "body.key", "must match ^[a-z]+$.")]
    [InlineData("""{"name":"abc","policy":"Transient"}""", "body.policy", "must be one of transient, persistent.")]
    [InlineData("""{"name":"abc","size":0}""", "body.size", "must be 1 or more.")]
    [InlineData("""{"name":"abc","size":1.5}""", "body.size", "must be a number.")]
    [InlineData("""{"name":"abc","share":"half"}""", "body.share", "must be a number.")]
    [InlineData("""{"name":"abc","active":"true"}""", "body.active", "must be true or false.")]
    [InlineData("""{"name":"abc","rows":{}}""", "body.rows", "must be an array.")]
    [InlineData("""{"name":"abc","rows":[]}""", "body.rows", "must have at least 1 entries.")]
    [InlineData("""{"name":"abc","rows":[{"id":"1"},{"id":"2"},{"id":"3"}]}""", "body.rows", "must have at most 2 entries.")]
    [InlineData("""{"name":"abc","rows":[{"id":"1"},{}]}""", "body.rows[1].id", "is required.")]
    [InlineData("""{"name":"abc","rows":[{"id":"1","x":1}]}""", "body.rows[0].x", "is not known; known are id.")]
    [InlineData("""{"name":"abc","free":{}}""", "body.free", "must not be empty.")]
    [InlineData("""{"name":"abc","free":1}""", "body.free", "must be an object.")]
    [InlineData("""{"name":"abc","nam":"x"}""", "body.nam", "is not known; known are name, key, policy, size, share, active, rows, free.")]
    public void Fault_IsNamedByItsPlace_InTheCallersWords(string body, string field, string message) =>
        Assert.Equal(new InputFault(field, message), Assert.Single(FaultsIn(WithBody, body)));

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    public void BodyThatIsNoObject_IsRefused(string body) =>
        Assert.Contains(new InputFault("body", "must be an object."), FaultsIn(WithBody, body));

    [Fact]
    public void AllFaults_AreListedAtOnce()
    {
        var faults = FaultsIn(WithBody, """{"name":"a","key":"A","active":1}""");

        Assert.Equal(["body.active", "body.key", "body.name"], faults.Select(fault => fault.Field).Order());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{'name':'abc'}")]
    [InlineData("""{"name":"abc",}""")]
    [InlineData("""{"name":"abc"} // more""")]
    [InlineData("""{"name":"abc","name":"abd"}""")]
    public void WhatIsNotStrictJson_IsRefused(string body) =>
        Assert.Equal(new InputFault("body", "is not valid JSON."), Assert.Single(FaultsIn(WithBody, body)));

    [Fact]
    public void MissingBody_IsAFaultOnlyWhereOneIsWanted()
    {
        Assert.Equal(new InputFault("body", "is required."), Assert.Single(FaultsIn(WithBody, body: null)));
        Assert.Empty(FaultsIn(WithoutBody, body: null));
    }

    [Fact]
    public void BodyThatNobodyWants_IsRefused_UnlessItIsEmpty()
    {
        Assert.Empty(FaultsIn(WithoutBody, " {} "));

        var fault = Assert.Single(FaultsIn(WithoutBody, """{"a":1}"""));

        Assert.Equal(new InputFault("body", "is not wanted: autodesk_do_thing has no body."), fault);
    }

    private static List<InputFault> FaultsIn(ActionDefinition action, string? body)
    {
        List<InputFault> faults = [];
        BodyCheck.Check(action, body is null ? null : JsonBytes.Parse(body), faults);
        return faults;
    }

    private static ActionDefinition Action(string? schema) =>
        new()
        {
            Id = "autodesk_do_thing",
            Label = "L",
            Description = "D.",
            Method = "POST",
            Path = "/x",
            Scopes = ["data:write"],
            Safety = ActionSafety.Write,
            RetrySafe = false,
            Success = [200],
            Source = "s",
            BodySchema = schema is null ? null : JsonSchema.FromJsonAsync(schema).GetAwaiter().GetResult(),
        };
}
