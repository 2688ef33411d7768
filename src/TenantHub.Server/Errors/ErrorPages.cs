using TenantHub.Errors;

namespace TenantHub.Server.Errors;

/// <summary>Gives every answer without a body (no such endpoint, wrong method, no key) the body that every error has.</summary>
internal static class ErrorPages
{
    public static IApplicationBuilder UseErrorBodies(this IApplicationBuilder app) =>
        app.UseStatusCodePages(context =>
        {
            var http = context.HttpContext;
            ServiceError? error = http.Response.StatusCode switch
            {
                StatusCodes.Status401Unauthorized => RequestErrors.Unauthenticated(),
                StatusCodes.Status403Forbidden => RequestErrors.Forbidden(),
                StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => RequestErrors.NoEndpoint(http.Request),
                StatusCodes.Status413PayloadTooLarge => RequestErrors.TooLarge(null),
                StatusCodes.Status415UnsupportedMediaType => RequestErrors.MediaType(http.Request.ContentType),
                StatusCodes.Status400BadRequest => RequestErrors.Unreadable("The request could not be read."),
                _ => null,
            };
            return error is null ? Task.CompletedTask : new ErrorResult(error).ExecuteAsync(http);
        });
}
