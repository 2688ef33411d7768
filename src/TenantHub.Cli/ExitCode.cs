using System.Net;
using TenantHub.Client;

namespace TenantHub.Cli;

/// <summary>How a command ends, by class of error. docs/cli.md lists them; a script may count on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Fault = 1;
    public const int Usage = 2;
    public const int NotAllowed = 3;
    public const int NotFound = 4;
    public const int Conflict = 5;
    public const int TryLater = 6;
    public const int AutodeskSetup = 7;
    public const int Autodesk = 8;
    public const int Hub = 9;
    public const int Unreachable = 10;
    public const int Interrupted = 130;

    public static int Of(TenantHubException error) =>
        error switch
        {
            { Code: TenantHubException.Unreachable } => Unreachable,
            { Code: ErrorCodes.Unauthenticated or ErrorCodes.Forbidden } => NotAllowed,
            { ApprovalId: not null } => Conflict,
            { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout } => TryLater,
            { Source: ErrorSources.AutodeskAuth } => AutodeskSetup,
            { Source: ErrorSources.AutodeskApi } => Autodesk,
            { Source: ErrorSources.Hub or ErrorSources.Storage } => Hub,
            { Status: HttpStatusCode.NotFound } => NotFound,
            { Status: HttpStatusCode.Conflict or HttpStatusCode.Forbidden } => Conflict,
            _ => Usage,
        };
}
