using System.Buffers.Text;
using System.Globalization;
using System.Text;
using TenantHub.Calls;

namespace TenantHub.Server.Calls;

/// <summary>A position in the log as the opaque text of <c>next</c>.</summary>
internal static class CallLogCursor
{
    public static string Write(CallLogPosition position) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position.Value}|{position.Id}")));

    /// <summary>Reads a cursor; null when it is none of ours.</summary>
    public static CallLogPosition? Read(string text)
    {
        if (text.Length > 200 || !Base64Url.IsValid(text))
            return null;
        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('|');
        return
            parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && Guid.TryParseExact(parts[1], "D", out var id)
            ? new CallLogPosition(value, id.ToString())
            : null;
    }
}
