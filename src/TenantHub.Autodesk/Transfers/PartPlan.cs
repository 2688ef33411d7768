using System.Globalization;
using TenantHub.Transfers;

namespace TenantHub.Autodesk.Transfers;

/// <summary>
/// How a file is cut into parts. Storage wants at least 5 MiB in every part but the last, at most 5 GiB in one, and at most 10,000 of them.
/// </summary>
public static class PartPlan
{
    /// <summary>The most parts that an upload has.</summary>
    public const int MaxParts = 10_000;

    /// <summary>The most URLs that Autodesk gives in one call.</summary>
    public const int UrlsPerCall = 25;

    /// <summary>The largest part that goes through the server, which holds each part until storage has it.</summary>
    public const int MaxPartThrough = 8 * Mebibyte;

    private const int Mebibyte = 1024 * 1024;
    private const long MinPart = 5 * Mebibyte;
    private const long MaxPartDirect = 5L * 1024 * Mebibyte;

    /// <summary>The largest file that can go through the server, in bytes.</summary>
    public const long MaxSizeThrough = (long)MaxPartThrough * MaxParts;

    private const long MaxSizeDirect = 5L * 1024 * 1024 * Mebibyte; // Storage's limit for one object.

    /// <summary>The size of every part but the last, in bytes: the smallest that storage takes and that is enough.</summary>
    /// <param name="size">The file's size; null when it is not known.</param>
    public static long PartBytes(long? size)
    {
        if (size is not { } known)
            return MaxPartThrough;
        var enough = (known + MaxParts - 1) / MaxParts;
        return Math.Min(MaxPartDirect, Math.Max(MinPart, (enough + Mebibyte - 1) / Mebibyte * Mebibyte));
    }

    /// <summary>How many parts a file has; an empty one has one.</summary>
    /// <param name="size">The file's size in bytes.</param>
    /// <param name="partBytes">The size of its parts.</param>
    public static int CountOf(long size, long partBytes) => (int)Math.Max(1, (size + partBytes - 1) / partBytes);

    /// <summary>What is wrong with a file's size; null when nothing is.</summary>
    internal static string? FaultOf(UploadMode mode, long? size) =>
        (mode, size) switch
        {
            (_, < 0) => "must be 0 or more bytes.",
            (UploadMode.Direct, null) => "is required in mode direct: the parts are cut by it.",
            (UploadMode.Direct, > MaxSizeDirect) => Text(
                $"must be at most {MaxSizeDirect:N0} bytes, which is the most that storage takes."
            ),
            (UploadMode.Through, > MaxSizeThrough) => Text(
                $"must be at most {MaxSizeThrough:N0} bytes in mode through; larger files go with mode direct."
            ),
            _ => null,
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
