using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Calls;

/// <summary>The HTTP status with which a call was answered, from its outcome and back.</summary>
internal static class CallStatus
{
    /// <summary>nginx's word for a caller that went away; nobody received it.</summary>
    private const int Canceled = 499;

    public static int Of(CallRecord call) =>
        call.Outcome switch
        {
            CallRecord.Succeeded => StatusCodes.Status200OK,
            CallRecord.Canceled => Canceled,
            var name => WireName.TryParse<ErrorCode>(name, out var code)
                ? Of(code, call.ProviderStatus)
                : StatusCodes.Status500InternalServerError, // Of a newer server.
        };

    /// <summary>Every outcome that is answered with one of the statuses.</summary>
    public static IEnumerable<CallOutcome> OutcomesOf(IEnumerable<int> statuses)
    {
        foreach (var status in statuses.Distinct())
        {
            if (status is StatusCodes.Status200OK)
                yield return new(CallRecord.Succeeded);
            if (status is Canceled)
                yield return new(CallRecord.Canceled);
            foreach (var code in Enum.GetValues<ErrorCode>())
            {
                // One code passes on Autodesk's own status.
                if (Of(code, status) == status)
                    yield return new(WireName.Of(code), code is ErrorCode.AutodeskRejected ? status : null);
            }
        }
    }

    private static int Of(ErrorCode code, int? providerStatus) =>
        ErrorStatus.Of(
            new ServiceError(code, ErrorSource.Hub, "")
            {
                Provider = providerStatus is { } status ? new ProviderError(status, "", null) : null,
            }
        );
}
