using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Security;
using TenantHub.Server.Security;
using Xunit;

namespace TenantHub.Server.Ui.Files;

public sealed class FilePassesTests
{
    private static readonly Caller Ann = new("key:key_ann", "Ann", AccessRole.Backend);
    private static readonly Caller Ben = new("key:key_ben", "Ben", AccessRole.Admin);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private readonly FilePasses _passes;

    public FilePassesTests() => _passes = new(new EphemeralDataProtectionProvider(), _clock);

    [Fact]
    public void Pass_OpensWhatItWasGivenFor_ForWhomItWasGiven()
    {
        var upload = _passes.Open(_passes.ForUpload(Ann, "acc_1", "upl_1"), Ann)!;
        var download = _passes.Open(_passes.ForDownload(Ann, "acc_1", "b.p", "urn:v"), Ann)!;

        Assert.Equal(("acc_1", "upl_1", null, null), (upload.AccountId, upload.UploadId, upload.ProjectId, upload.VersionId));
        Assert.Equal(("acc_1", null, "b.p", "urn:v"), (download.AccountId, download.UploadId, download.ProjectId, download.VersionId));
        Assert.Null(_passes.Open(_passes.ForUpload(Ann, "acc_1", "upl_1"), Ben)); // Also when Ben may do more than Ann.
    }

    [Fact]
    public void Pass_IsOverAfterFiveMinutes()
    {
        var pass = _passes.ForUpload(Ann, "acc_1", "upl_1");

        _clock.Advance(TimeSpan.FromSeconds(299));
        Assert.NotNull(_passes.Open(pass, Ann));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_passes.Open(pass, Ann));
    }

    [Fact]
    public void WhatIsNoPass_OpensNothing()
    {
        var pass = _passes.ForUpload(Ann, "acc_1", "upl_1");
        var others = new FilePasses(new EphemeralDataProtectionProvider(), _clock).ForUpload(Ann, "acc_1", "upl_1");

        Assert.All(
            ["", "x", "****", pass[..^1], pass[1..], pass + "AAAA", others, Convert.ToBase64String("{}"u8)],
            text => Assert.Null(_passes.Open(text, Ann))
        );
    }
}
