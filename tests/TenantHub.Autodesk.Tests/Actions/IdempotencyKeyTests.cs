using Xunit;

namespace TenantHub.Actions;

public sealed class IdempotencyKeyTests
{
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

        Assert.Equal(calls.Length, calls.Select(IdempotencyKey.HashOf).Distinct().Count());
    }

    private static ActionRequest Call(Dictionary<string, string[]> query) => new("autodesk_create_item") { Query = query };
}
