namespace TenantHub.Client;

/// <summary>Where TenantHub is, who calls, and how failures are met.</summary>
public sealed class TenantHubClientOptions
{
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets the address of TenantHub: <c>https://hub.example.com</c>. Required.</summary>
    public Uri? Address { get; set; }

    /// <summary>Gets or sets the API key. Required. It is sent as a bearer token and written nowhere.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Gets or sets how often a request is repeated, 0 to 10. The default is 3; 0 switches repeats off.</summary>
    public int MaxRepeats { get; set; } = 3;

    /// <summary>Gets or sets how long a call may wait in all, repeats included, when the call itself does not say. The default is 30 s,
    /// which is
    /// also the server's.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long one request may take before its connection is given up. The default is 150 s: longer than the server
    /// waits
    /// for Autodesk. Files have no such limit.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(150);

    internal static IEnumerable<string> Faults(TenantHubClientOptions options)
    {
        if (options.Address is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return "Address must be an absolute http or https address.";
        if (options.Address is { IsAbsoluteUri: true, UserInfo.Length: > 0 })
            yield return "Address must hold no user name and no password: addresses stand in logs.";
        if (string.IsNullOrWhiteSpace(options.ApiKey) || options.ApiKey.Any(letter => letter is <= ' ' or > '~'))
            yield return "ApiKey is required: printable ASCII without spaces.";
        if (options.MaxRepeats is < 0 or > 10)
            yield return "MaxRepeats must be 0 to 10.";
        if (options.MaxWait < TimeSpan.Zero || options.MaxWait > LongestWait)
            yield return "MaxWait must be 0 to 2 minutes.";
        if (options.RequestTimeout <= TimeSpan.Zero)
            yield return "RequestTimeout must be more than zero.";
    }
}
