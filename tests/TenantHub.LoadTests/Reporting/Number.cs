using System.Globalization;

namespace TenantHub.LoadTests.Reporting;

/// <summary>Numbers for people: as many digits as mean something.</summary>
internal static class Number
{
    public static string Of(double value) =>
        Math.Abs(value) switch
        {
            double.NaN => "not noted",
            0 => "0",
            >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
            >= 0.1 => value.ToString("0.###", CultureInfo.InvariantCulture),
            _ => value.ToString("0.#####", CultureInfo.InvariantCulture),
        };
}
