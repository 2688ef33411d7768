using TenantHub.Calls;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

public sealed class CallBatchFilterTests
{
    [Fact]
    public void NameThatIsThere_IsNeverMissed()
    {
        var records = Enumerable.Range(0, CallBatch.MaxRecords).Select(Record).ToList();
        var bits = CallBatchFilter.Of(records);

        foreach (var record in records)
        {
            Assert.True(May(bits, new() { AccountIds = [record.AccountId] }));
            Assert.True(
                May(
                    bits,
                    new()
                    {
                        OriginOwnerIds = ["nobody", record.OriginOwnerId!],
                        TraceIds = [record.TraceId!],
                        ActionIds = [record.ActionId],
                        Success = true,
                    }
                )
            );
        }
    }

    [Fact]
    public void NameThatIsNotThere_IsSeldomTakenForOneThatIs()
    {
        var bits = CallBatchFilter.Of([.. Enumerable.Range(0, CallBatch.MaxRecords).Select(Record)]);

        var wrong = Enumerable.Range(1000, 10_000).Count(i => May(bits, new() { AccountIds = [Record(i).AccountId] }));

        Assert.InRange(wrong, 0, 100); // About 30 are to be expected.
    }

    [Fact]
    public void AccountAndOwnerOfOneName_AreTwoThings()
    {
        var bits = CallBatchFilter.Of([Record(1) with { AccountId = "same", OriginOwnerId = null }]);

        Assert.True(May(bits, new() { AccountIds = ["same"] }));
        Assert.False(May(bits, new() { OriginOwnerIds = ["same"] }));
    }

    /// <summary>What lies in databases was made by it.</summary>
    [Fact]
    public void BitsOfAName_AreForEver() => Assert.Equal("00807f20f0cf9666", Convert.ToHexStringLower(CallBatchFilter.Of([Record(1)])));

    private static bool May(byte[] bits, CallLogFilter filter) => CallBatchFilter.MayHold(bits, CallBatchFilter.Wanted(filter));

    private static CallRecord Record(int number) =>
        new()
        {
            Id = $"019abcde-0000-7000-8000-{number:x12}",
            AccountId = $"acc_{number:d26}",
            OriginOwnerId = $"owner-{number}",
            TraceId = $"{number:x32}",
            ActionId = $"autodesk_action_{number % 20}",
            StartedAt = default,
            Duration = TimeSpan.Zero,
            Outcome = CallRecord.Succeeded,
        };
}
