using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace TenantHub.Storage.Encryption;

public sealed class SecretVaultTests
{
    private const string Owner = "account/acc_1";
    private static readonly Dictionary<string, Secret> Two = new()
    {
        ["client_secret"] = new("planted-1"),
        ["previous"] = new("planted-2"),
    };

    private readonly SecretVault _vault = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void SealedSecrets_AreOpenedByTheirOwner()
    {
        var opened = _vault.Open(Owner, _vault.Seal(Owner, Two));

        Assert.Equal(["planted-1", "planted-2"], [opened["client_secret"].Reveal(), opened["previous"].Reveal()]);
    }

    [Fact]
    public void EverySealing_IsDifferent_AndEveryOwnerHasItsOwnDataKey()
    {
        var (first, second) = (_vault.Seal(Owner, Two), _vault.Seal(Owner, Two));
        var again = _vault.Seal(Owner, Two, first);

        Assert.NotEqual(first.DataKey, second.DataKey);
        Assert.Equal(first.DataKey, again.DataKey); // What was sealed before goes on opening.
        Assert.NotEqual(first.Values["client_secret"], again.Values["client_secret"]);
        Assert.Equal("planted-1", _vault.Open(Owner, again)["client_secret"].Reveal());
    }

    [Fact]
    public void RecordOfAnotherOwner_DoesNotOpen()
    {
        var stolen = _vault.Seal(Owner, Two);

        Assert.Throws<StorageException>(() => _vault.Open("account/acc_2", stolen));
    }

    [Fact]
    public void ValueOfAnotherOwner_OrUnderAnotherName_DoesNotOpen()
    {
        var (mine, other) = (_vault.Seal(Owner, Two), _vault.Seal("account/acc_2", Two));
        var planted = mine with { Values = new Dictionary<string, string> { ["client_secret"] = other.Values["client_secret"] } };
        var swapped = mine with { Values = new Dictionary<string, string> { ["client_secret"] = mine.Values["previous"] } };

        Assert.Throws<StorageException>(() => _vault.Open(Owner, planted));
        Assert.Throws<StorageException>(() => _vault.Open(Owner, swapped));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain-secret")]
    [InlineData("AQ==")]
    public void ValueThatIsNotSealed_IsRefusedWithoutQuotingIt(string value)
    {
        var stored = _vault.Seal(Owner, Two) with { Values = new Dictionary<string, string> { ["client_secret"] = value } };

        var fault = Assert.Throws<StorageException>(() => _vault.Open(Owner, stored));

        Assert.DoesNotContain("plain-secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryChangedByte_IsNoticed()
    {
        var stored = _vault.Seal(Owner, Two);
        var bytes = Convert.FromBase64String(stored.Values["client_secret"]);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            var values = new Dictionary<string, string> { ["client_secret"] = Convert.ToBase64String(changed) };
            Assert.Throws<StorageException>(() => _vault.Open(Owner, stored with { Values = values }));
        }
    }

    [Fact]
    public void LostKeyRing_SaysWhatToRestore_WithoutTheSecret()
    {
        var stored = _vault.Seal(Owner, Two);

        var fault = Assert.Throws<StorageException>(() => new SecretVault(new EphemeralDataProtectionProvider()).Open(Owner, stored));

        Assert.Contains("not in the key ring", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", fault.ToString(), StringComparison.Ordinal);
    }
}
