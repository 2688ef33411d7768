using TenantHub.Audit;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Audit;

/// <summary>Which endpoints change something, and of what.</summary>
internal static class AuditedEndpoints
{
    /// <summary>Every call of the endpoint is audited under the endpoint's name.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="target">What it changes, with the route's parameters: <c>account/{id}</c>.</param>
    public static RouteHandlerBuilder Audited(this RouteHandlerBuilder endpoint, string target) =>
        endpoint.WithMetadata(new AuditedMetadata()).AddEndpointFilter((context, next) => RunAsync(target, context, next));

    /// <summary>The endpoint is no GET and changes nothing that the audit is about.</summary>
    public static TBuilder NotAudited<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AuditedMetadata());

    /// <summary>Names what the request has made, when that was not known before.</summary>
    public static void NameAuditTarget(this HttpContext http, string target) => http.Features.Set(new MadeTarget(target));

    /// <summary>From where the request came.</summary>
    public static string AddressOf(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : "";

    /// <summary>A change must not go unaudited because somebody forgot: that stops the start.</summary>
    public static void Check(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
            if (
                methods.Any(method => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
                && endpoint.Metadata.GetMetadata<AuditedMetadata>() is null
            )
                throw new InvalidOperationException(
                    $"The endpoint {endpoint.DisplayName} may change something. Say Audited(...) with its target, or NotAudited()."
                );
        }
    }

    private static async ValueTask<object?> RunAsync(string target, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var caller = Caller.Of(http.User);
        var intent = new AuditEntry
        {
            Sequence = 0,
            At = default,
            Actor = caller.Id,
            ActorName = caller.Name,
            Address = AddressOf(http),
            Action = http.GetEndpoint()!.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName,
            Target = Fill(target, http.Request.RouteValues),
        };
        return await http
            .RequestServices.GetRequiredService<AuditTrail>()
            .RunAsync<object?>(
                intent,
                async () =>
                {
                    var answer = await next(context);
                    return (answer, (answer as ErrorResult)?.Error, http.Features.Get<MadeTarget>()?.Name ?? intent.Target);
                },
                error => new ErrorResult(error)
            );
    }

    /// <summary>Ids come from the caller: long ones are cut, so that nobody fills the audit.</summary>
    private static string Fill(string target, RouteValueDictionary values) =>
        values.Aggregate(
            target,
            (filled, value) => filled.Replace($"{{{value.Key}}}", InputFault.Shorten($"{value.Value}"), StringComparison.Ordinal)
        );

    private sealed record AuditedMetadata;

    private sealed record MadeTarget(string Name);
}
