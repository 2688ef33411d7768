namespace TenantHub.Client.Http;

/// <summary>What goes into a header as it is: printable ASCII. A line break would begin another header, or another request.</summary>
internal static class HeaderText
{
    public static string? Check(string? text, string name) =>
        text is null || (text.Length > 0 && text.All(letter => letter is >= ' ' and <= '~') && text == text.Trim(' '))
            ? text
            : throw new ArgumentException($"{name} must be printable ASCII without spaces at its ends.", name);
}
