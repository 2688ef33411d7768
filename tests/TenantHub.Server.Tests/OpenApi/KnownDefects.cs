namespace TenantHub.Server.OpenApi;

/// <summary>
/// Where Autodesk's OpenAPI files contradict its documentation or its servers. Each is named with its reason, so that nothing is skipped in
/// silence; a fault that is not listed here fails the test.
/// </summary>
internal static class KnownDefects
{
    /// <summary>Endpoints that no file has, though Autodesk documents them on its pages.</summary>
    public static readonly IReadOnlyList<(string Method, string Path, string Reason)> NotCovered =
    [
        ("POST", "/hq/v1/accounts/{}/projects", "documented in the BIM 360 reference only"),
        ("PATCH", "/hq/v1/accounts/{}/projects/{}", "documented in the BIM 360 reference only"),
        ("GET", "/hq/v2/accounts/{}/projects/{}/industry_roles", "HQ v2 is in no file"),
        ("PUT", "/s3/{}/{}", "object storage is Amazon's, not Autodesk's"),
        ("GET", "/s3/{}/{}", "object storage is Amazon's, not Autodesk's"),
    ];

    /// <summary>Single faults that are the file's, by operation and by the text of the fault.</summary>
    public static readonly IReadOnlyList<(string OperationId, string Fault, string Reason)> Faults =
    [
        ("create_bucket", "header region is required", "the HTTP reference names the header x-ads-region and calls it optional"),
        (
            "getHubProjects",
            "#/data[0]",
            "extension.data is declared as a map of objects; projectType is a string, in the file's own example too"
        ),
        (
            "getProject",
            "#/data.attributes.extension.data",
            "extension.data is declared as a map of objects; projectType is a string, in the file's own example too"
        ),
        ("getItemTip", "#/links.href", "links is declared as if it were a link itself; everywhere else it holds self"),
        ("getVersionDownloads", "#/data TooFewItems", "at least one download is declared; the text says that the list is usually empty"),
        ("getProjects", "#/pagination.nextUrl StringExpected", "declared as a string; null on the last page"),
        ("getProjects", "#/pagination.previousUrl StringExpected", "declared as a string; null on the first page"),
        ("getProjectUsers", "#/pagination.nextUrl StringExpected", "declared as a string; null on the last page"),
        ("getProjectUsers", "#/pagination.previousUrl StringExpected", "declared as a string; null on the first page"),
        ("fetch-token", "body.scope", "scope is declared as one enum value, so several scopes fail"),
        ("fetch-token", "body: is of type", "the body is a form, the schema describes an object"),
    ];

    public static bool Covers(string operationId, string fault) =>
        Faults.Any(known => known.OperationId == operationId && fault.Contains(known.Fault, StringComparison.Ordinal));
}
