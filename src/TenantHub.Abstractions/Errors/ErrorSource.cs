namespace TenantHub.Errors;

/// <summary>Whose fault an error is. Our own time-out never looks like Autodesk's.</summary>
public enum ErrorSource
{
    /// <summary>The request or the link's set-up is wrong; sending it again unchanged will not help.</summary>
    Caller,

    /// <summary>TenantHub itself: busy, stopping, or broken.</summary>
    Hub,

    /// <summary>Autodesk refuses the app: credentials, scopes, API products, custom integration, acting user.</summary>
    AutodeskAuth,

    /// <summary>Autodesk accepted the app and refused, or failed to answer, this request.</summary>
    AutodeskApi,

    /// <summary>The database.</summary>
    Storage,
}
