using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantHub.ApsEmulator;

/// <summary>Answers in the shapes of Autodesk's products.</summary>
internal static class Answers
{
    public static IResult Json(int status, JsonNode body, string contentType = "application/json") =>
        new Answer(status, body.ToJsonString(), contentType);

    public static IResult Empty(int status, string? location = null) => new Answer(status, null, null) { Location = location };

    /// <summary>Data Management, live: application/vnd.api+json.</summary>
    public static IResult JsonApi(int status, JsonNode body) => Json(status, body, "application/vnd.api+json");

    public static IResult JsonApiError(int status, string code, string detail) =>
        JsonApi(
            status,
            new JsonObject
            {
                ["jsonapi"] = new JsonObject { ["version"] = "1.0" },
                ["errors"] = new JsonArray(
                    new JsonObject
                    {
                        ["id"] = Guid.NewGuid().ToString(),
                        ["status"] = status.ToString(CultureInfo.InvariantCulture),
                        ["code"] = code,
                        ["title"] = code.Replace('_', ' '),
                        ["detail"] = detail,
                    }
                ),
            }
        );

    /// <summary>HQ; the shape is expected, not proven.</summary>
    public static IResult HqError(int status, string message) => Json(status, new JsonObject { ["code"] = status, ["message"] = message });

    /// <summary>construction/admin; the shape is expected, not proven.</summary>
    public static IResult AdminError(int status, string title, string detail) =>
        Json(
            status,
            new JsonObject
            {
                ["title"] = title,
                ["detail"] = detail,
                ["errorCode"] = status.ToString(CultureInfo.InvariantCulture),
            }
        );

    public static IResult OssError(int status, string reason) => Json(status, new JsonObject { ["reason"] = reason });

    /// <summary>Webhooks; the shape is observed, not specified.</summary>
    public static IResult HookError(int status, string detail) =>
        Json(
            status,
            new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString(),
                ["status"] = status,
                ["detail"] = new JsonArray(detail),
            }
        );

    public static IResult S3Error(int status, string code, string message) =>
        new Answer(
            status,
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>",
            "application/xml"
        );

    public static IResult QuotaExceeded(TimeSpan wait) =>
        new Answer(429, "{\"developerMessage\":\"Quota limit exceeded.\"}", "application/json")
        {
            RetryAfterSeconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds)),
        };

    private sealed class Answer(int status, string? body, string? contentType) : IResult
    {
        public string? Location { get; init; }

        public int? RetryAfterSeconds { get; init; }

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            if (Location is not null)
                response.Headers.Location = Location;
            if (RetryAfterSeconds is { } seconds)
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            if (body is null)
                return;
            response.ContentType = contentType;
            await response.WriteAsync(body);
        }
    }
}
