using TenantHub.Autodesk;
using Xunit;

namespace TenantHub.Accounts;

public sealed class LinkedAccountStateTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Then.AddHours(1);

    [Fact]
    public void NewStatus_IsWrittenIntoTheHistory_WithSinceAndProof()
    {
        var state = Linked().WithStatus(AccountStatus.Active, "verified", null, Now);

        Assert.Equal((AccountStatus.Active, "verified", Now), (state.Account!.Status, state.Account.Reason, state.Account.StatusSince));
        Assert.Equal(Now, state.ProvenAt);
        Assert.Equal(new StatusChange(AccountStatus.Active, "verified", Now), Assert.Single(state.History));
    }

    [Fact]
    public void SameStatus_IsTheSameState_AndAnotherReasonKeepsTheSince()
    {
        var active = Linked().WithStatus(AccountStatus.Active, "verified", null, Then);

        Assert.Same(active, active.WithStatus(AccountStatus.Active, "verified", null, Now));
        Assert.Equal(Then, active.WithStatus(AccountStatus.Active, "another", null, Now).Account!.StatusSince);
    }

    [Fact]
    public void UnlinkedAccount_StaysUnlinked()
    {
        var gone = Linked().WithStatus(AccountStatus.Unlinked, "unlinked", null, Then);

        Assert.Same(gone, gone.WithStatus(AccountStatus.Active, "verified", null, Now));
    }

    [Fact]
    public void ChecksOfASuspendedAccount_AreKept_AndChangeNoStatus()
    {
        var suspended = Linked().WithStatus(AccountStatus.Suspended, "suspended_by_operator", null, Then);

        var state = suspended.WithChecks([new("credentials", CheckOutcome.Passed, "seen", null, Now)], Now);

        Assert.Equal(AccountStatus.Suspended, state.Account!.Status);
        Assert.Single(state.Checks);
    }

    [Fact]
    public void History_KeepsTheLastTwenty()
    {
        var state = Enumerable
            .Range(0, 30)
            .Aggregate(
                Linked(),
                (before, turn) => before.WithStatus(AccountStatus.Degraded, $"reason {turn}", null, Then.AddMinutes(turn))
            );

        Assert.Equal(20, state.History.Count);
        Assert.Equal("reason 29", state.History[0].Reason);
    }

    [Theory]
    [InlineData("EMEA", null, null, true)]
    [InlineData("US", null, null, false)]
    [InlineData(null, "someone", null, true)]
    [InlineData(null, "", null, false)] // It has none already.
    [InlineData(null, null, "22222222-2222-4333-8444-555555555555", true)]
    [InlineData(null, null, null, false)]
    public void OnlyWhatMayStopTheAccount_IsTriedFirst(string? region, string? actingUser, string? accAccountId, bool isTried) =>
        Assert.Equal(
            isTried,
            LinkedAccountState.IsToBeTried(
                Linked().Account!,
                new UpdateAccountRequest
                {
                    Label = "new",
                    Region = region,
                    ActAsUserId = actingUser,
                    AccAccountId = accAccountId,
                }
            )
        );

    [Fact]
    public void Change_LeavesWhatItDoesNotName()
    {
        var before = Linked().Account!;

        var after = LinkedAccountState.Changed(
            before,
            new UpdateAccountRequest { Region = "emea", AccAccountId = "b.22222222-2222-4333-8444-555555555555" },
            null
        );

        Assert.Equal(before with { Region = "EMEA", AccAccountId = "22222222-2222-4333-8444-555555555555" }, after);
    }

    private static LinkedAccountState Linked() =>
        new()
        {
            Account = LinkedAccountState.NewAccount(
                "acc_1",
                new LinkAccountRequest
                {
                    OriginOwnerId = "o",
                    OriginOwnerName = "O",
                    AccAccountId = "11111111-2222-4333-8444-555555555555",
                    Region = "US",
                    ClientId = "app",
                    ClientSecret = new Secret("s"),
                },
                new LinkedAccountContext("11111111-2222-4333-8444-555555555555", "US", "app", null),
                Then
            ),
        };
}
