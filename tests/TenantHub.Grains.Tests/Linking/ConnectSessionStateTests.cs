using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Linking;

public sealed class ConnectSessionStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LinkForm Input = new()
    {
        AsksForCredentials = true,
        AsksForActingUser = false,
        NeedsCustomIntegration = false,
        AsksForAccount = true,
        AccAccountId = "text",
        Region = "US",
        ActAsUserId = "",
        OwnClientId = "",
    };
    private static readonly ServiceError Guess = new(ErrorCode.WrongRegion, ErrorSource.Caller, "Wrong.");

    [Fact]
    public void WrongForms_WaitLongerEachTime_AndTheTenthEndsTheSession()
    {
        var waits = new List<double>();
        var state = Opened();
        for (var form = 1; form <= 10; form++)
        {
            state = state.Submitted(Input, Guess, Now);
            waits.Add((state.NextFormAt - Now).TotalSeconds);
        }

        Assert.Equal([0, 0, 1, 2, 4, 8, 16, 32, 64, 128], waits);
        Assert.Equal(Now, state.ExpiresAt);
    }

    [Fact]
    public void FaultOfAutodesks_IsNobodysGuess()
    {
        var state = Opened();
        for (var form = 0; form < 20; form++)
            state = state.Submitted(Input, new ServiceError(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, "Down."), Now);

        Assert.Equal((0, Now.AddMinutes(30)), (state.Refusals, state.ExpiresAt));
    }

    [Fact]
    public void Phase_FollowsWhatIsStored_AndTheClock()
    {
        Assert.Equal(ConnectSessionPhase.Open, PhaseOf(Opened(), Now));
        Assert.Equal(ConnectSessionPhase.Open, PhaseOf(Opened().Submitted(Input, Guess, Now), Now)); // Nothing is linked.
        Assert.Equal(ConnectSessionPhase.Expired, PhaseOf(Opened(), Now.AddMinutes(30)));
        Assert.Equal(ConnectSessionPhase.Completed, PhaseOf(Opened().Completed(Now), Now.AddDays(1)));
    }

    [Fact]
    public void WhatWasFilledIn_IsShownAgain_ButForWhatIsFarTooLong()
    {
        var shown = View(
            Opened()
                .Submitted(
                    Input.With(
                        new LinkSubmission
                        {
                            AccountIdText = "ignored",
                            Region = "EMEA",
                            ActAsUserId = "someone",
                            ClientId = "app",
                            ClientSecret = new Secret("s"),
                        },
                        new string('x', 300)
                    ),
                    Guess,
                    Now
                ),
            Now
        );

        Assert.Equal(
            ("", "EMEA", "someone", "app"),
            (shown.Form.AccAccountId, shown.Form.Region, shown.Form.ActAsUserId, shown.Form.OwnClientId)
        );
        Assert.Same(Guess, shown.LastError);
    }

    private static ConnectSessionPhase PhaseOf(ConnectSessionState state, DateTimeOffset at) => View(state, at).Phase;

    private static ConnectSession View(ConnectSessionState state, DateTimeOffset at) =>
        ConnectSessionView.Of(state, null, null, ActionCatalog.Load(), at);

    private static ConnectSessionState Opened() =>
        new()
        {
            Request = new ConnectSessionRequest { OriginOwnerId = "o", OriginOwnerName = "O" },
            AccountId = "acc_1",
            CreatedAt = Now,
            ExpiresAt = Now.AddMinutes(30),
        };
}
