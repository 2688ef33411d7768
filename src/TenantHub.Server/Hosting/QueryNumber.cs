using System.Globalization;
using TenantHub.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>Reads whole numbers out of a query, with a fault that says what is allowed.</summary>
internal static class QueryNumber
{
    public static int Read(IQueryCollection query, string name, int min, int max, int absent, List<InputFault> faults)
    {
        var text = query[name].ToString();
        if (text.Length == 0) return absent;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        faults.Add(new(name, $"must be a whole number from {min} to {max}."));
        return absent;
    }
}
