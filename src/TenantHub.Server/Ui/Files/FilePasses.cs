using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Files;

/// <summary>
/// Lets a page of the console send the bytes of one upload, or fetch one file, by HTTP (ADR 29). A pass is sealed, bound to who has signed
/// in, and over in minutes. It opens nothing by itself: it comes with the cookie, whose holder is judged for every request.
/// </summary>
internal sealed class FilePasses(IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5); // Until the request begins; it may last longer.

    private readonly IDataProtector _seal = protection.CreateProtector("TenantHub.FilePass.v1");

    public string ForUpload(Caller caller, string accountId, string uploadId) =>
        Seal(new(caller.Id, accountId, Until) { UploadId = uploadId });

    public string ForDownload(Caller caller, string accountId, string projectId, string versionId) =>
        Seal(new(caller.Id, accountId, Until) { ProjectId = projectId, VersionId = versionId });

    /// <summary>What the pass opens; null when it is none, is over, or was given to somebody else.</summary>
    public FilePass? Open(string text, Caller caller)
    {
        try
        {
            var pass = JsonSerializer.Deserialize<FilePass>(_seal.Unprotect(Base64Url.DecodeFromChars(text)));
            return pass is not null && pass.CallerId == caller.Id && pass.Until > clock.GetUtcNow() ? pass : null;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    private DateTimeOffset Until => clock.GetUtcNow() + GoodFor;

    private string Seal(FilePass pass) => Base64Url.EncodeToString(_seal.Protect(JsonSerializer.SerializeToUtf8Bytes(pass)));
}

/// <summary>What a pass opens: an upload, or a version of a file.</summary>
/// <param name="CallerId">To whom it was given.</param>
/// <param name="AccountId">The linked account.</param>
/// <param name="Until">When it is over.</param>
internal sealed record FilePass(string CallerId, string AccountId, DateTimeOffset Until)
{
    public string? UploadId { get; init; }

    public string? ProjectId { get; init; }

    public string? VersionId { get; init; }
}
