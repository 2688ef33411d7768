using Microsoft.Extensions.Options;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class SignedUrlTransferTests
{
    [Theory]
    [InlineData("https://bucket.s3.amazonaws.com/key?sig=1", true)]
    [InlineData("https://bucket.s3-accelerate.amazonaws.com/key", true)]
    [InlineData("https://d1.cloudfront.net/key", true)]
    [InlineData("https://amazonaws.com/key", false)]
    [InlineData("https://evilamazonaws.com/key", false)]
    [InlineData("https://s3.amazonaws.com.evil.example/key", false)]
    [InlineData("https://evil.example/s3.amazonaws.com", false)]
    [InlineData("https://s3.amazonaws.com@evil.example/key", false)]
    [InlineData("https://bucket.s3.amazonaws.com:8443/key", false)]
    [InlineData("http://bucket.s3.amazonaws.com/key", false)]
    [InlineData("https://127.0.0.1/key", false)]
    [InlineData("https://[::1]/key", false)]
    [InlineData("https://2130706433/key", false)]
    [InlineData("ftp://bucket.s3.amazonaws.com/key", false)]
    [InlineData("//bucket.s3.amazonaws.com/key", false)]
    [InlineData("", false)]
    public void OnlyAutodesksStorage_MayBeSentTo(string url, bool allowed)
    {
        using var transfer = new SignedUrlTransfer(Options.Create(new ApsOptions()), TimeProvider.System);

        Assert.Equal(allowed, transfer.CheckUrl(url) is null);
    }

    [Theory]
    [InlineData("127.0.0.1:5401", "http://127.0.0.1:5401/s3/x", true)]
    [InlineData("127.0.0.1:5401", "http://127.0.0.1:5402/s3/x", false)]
    [InlineData("storage.example", "https://storage.example:9000/x", true)]
    [InlineData("*.storage.example", "https://eu.storage.example/x", true)]
    [InlineData("*.storage.example", "https://storage.example/x", false)]
    public void FurtherHosts_AreAllowedAsTheyAreNamed(string host, string url, bool allowed)
    {
        var options = new ApsOptions();
        options.AllowedStorageHosts.Add(host);
        using var transfer = new SignedUrlTransfer(Options.Create(options), TimeProvider.System);

        Assert.Equal(allowed, transfer.CheckUrl(url) is null);
    }
}
