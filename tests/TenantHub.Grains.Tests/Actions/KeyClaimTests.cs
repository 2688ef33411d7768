using TenantHub.Errors;
using Xunit;

namespace TenantHub.Actions;

public sealed class KeyClaimTests
{
    private readonly Dictionary<string, KeyClaim> _inUse = [];

    [Fact]
    public void Hold_LastsUntilItIsDisposed()
    {
        var claim = KeyClaim.Hold("key", "hash", _inUse);
        Assert.Same(claim, _inUse["key"]);
        Assert.Equal(("key", "hash"), (claim.Key, claim.PayloadHash));
        Assert.Null(claim.Answer);

        claim.Dispose();

        Assert.Empty(_inUse);
    }

    [Fact]
    public void SecondHoldOfOneKey_IsAProgrammersFault_AndTheFirstStays()
    {
        var first = KeyClaim.Hold("key", "hash", _inUse);

        Assert.Throws<ArgumentException>(() => KeyClaim.Hold("key", "hash", _inUse));

        Assert.Same(first, _inUse["key"]);
    }

    [Fact]
    public void OtherKeys_AreHeldApart()
    {
        var first = KeyClaim.Hold("one", "hash", _inUse);
        var second = KeyClaim.Hold("two", "hash", _inUse);

        first.Dispose();

        Assert.Same(second, Assert.Single(_inUse).Value);
    }

    [Fact]
    public void ClaimDisposedTwice_DoesNotFreeTheKeyOfTheCallThatCameAfter()
    {
        var first = KeyClaim.Hold("key", "hash", _inUse);
        first.Dispose();
        var second = KeyClaim.Hold("key", "hash", _inUse);

        first.Dispose();

        Assert.Same(second, _inUse["key"]);
    }

    [Fact]
    public void CallWithoutAKey_AndAnAnsweredOne_HoldNothing()
    {
        ActionResult answer = new ServiceError(ErrorCode.IdempotencyKeyInUse, ErrorSource.Caller, "It runs.");
        using var none = KeyClaim.None;
        using var answered = KeyClaim.Answered(answer);

        Assert.Null(none.Key);
        Assert.Null(none.Answer);
        Assert.Null(answered.Key);
        Assert.Same(answer, answered.Answer);
    }
}
