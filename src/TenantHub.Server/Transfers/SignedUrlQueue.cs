using System.Globalization;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>The URLs for the parts of one sending, signed in batches: the next one is asked for when a part has none.</summary>
internal sealed class SignedUrlQueue(IUploadGrain upload, UploadDescription described, TimeProvider clock, CancellationToken stopping)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1); // Parts that come at once ask once.
    private readonly Dictionary<int, Secret> _urls = [];
    private int _asked;

    /// <summary>Gives the URL of a part.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="fresh">Whether the one that was given before was refused.</param>
    public async Task<(Secret? Url, ServiceError? Error)> TakeAsync(int part, bool fresh)
    {
        await _one.WaitAsync();
        try
        {
            if (fresh)
                _urls.Clear(); // Those that were signed with it have expired with it.
            else if (_urls.Remove(part, out var known))
                return (known, null);
            var last = described.Size is { } size ? PartPlan.CountOf(size, described.PartBytes) : PartPlan.MaxParts;
            var count = _asked == 0 && described.Size is null ? 1 : Math.Min(PartPlan.UrlsPerCall, last - part + 1);
            var signed = await upload.AskAsync(grain => grain.SignAsync(part, count, null, fresh), clock, stopping);
            if (signed.Error is { } error)
                return (null, error);
            _asked++;
            foreach (var given in signed.Parts)
                _urls[given.Number] = given.Url;
            return _urls.Remove(part, out var url) ? (url, null) : (null, NotGiven(part));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static ServiceError NotGiven(int part) =>
        new(
            ErrorCode.AutodeskUnavailable,
            ErrorSource.AutodeskApi,
            string.Create(CultureInfo.InvariantCulture, $"Autodesk gave no signed URL for part {part}.")
        )
        {
            NextStep = "Send the bytes again from the offset that HEAD tells; what is stored stays.",
        };
}
