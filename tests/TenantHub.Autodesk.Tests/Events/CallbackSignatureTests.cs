using System.Text;
using Xunit;

namespace TenantHub.Autodesk.Events;

public sealed class CallbackSignatureTests
{
    // openssl dgst -sha1 -hmac s3cret of the body below.
    private const string Signature = "sha1hash=79999786a1bff10cd4d7dd0b0752574af76be0b5";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"a\":1}");
    private static readonly Secret Right = new("s3cret");
    private static readonly Secret Other = new("other");

    [Fact]
    public void Signature_IsValidUnderEitherSecret_WhileOneReplacesTheOther()
    {
        Assert.True(CallbackSignature.IsValid(Signature, Body, [Right]));
        Assert.True(CallbackSignature.IsValid(Signature, Body, [Other, Right]));
        Assert.True(
            CallbackSignature.IsValid(
                Signature.ToUpperInvariant().Replace("SHA1HASH", "sha1hash", StringComparison.Ordinal),
                Body,
                [Right, Other]
            )
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha1hash=")]
    [InlineData("sha1hash=9a6d")]
    [InlineData("sha1hash=zz999786a1bff10cd4d7dd0b0752574af76be0b5")]
    [InlineData("sha256hash=79999786a1bff10cd4d7dd0b0752574af76be0b5")]
    public void WhatIsNoSignature_IsNotValid(string? signature) => Assert.False(CallbackSignature.IsValid(signature, Body, [Right]));

    [Fact]
    public void AnotherBody_OrAnotherSecret_OrNone_IsNotValid()
    {
        Assert.False(CallbackSignature.IsValid(Signature, [.. Body, (byte)' '], [Right]));
        Assert.False(CallbackSignature.IsValid(Signature, Body, [Other]));
        Assert.False(CallbackSignature.IsValid(Signature, Body, []));
    }
}
