using System.Net.Http.Headers;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The checked input of a file upload.</summary>
internal sealed record FileUploadInput(
    string ProjectId, string FolderId, string FileName, string? ContentType, IReadOnlyDictionary<string, string> Headers, TimeSpan? MaxWait)
{
    private static readonly string[] BodyMembers = ["folder_id", "file_name", "content_type"];

    public static (FileUploadInput? Input, HubError? Error) Read(ActionRequest request)
    {
        var faults = new List<InputFault>();
        foreach (var unknown in request.Path.Keys.Where(key => key != "project_id"))
            faults.Add(new($"path.{unknown}", "is not known; the path has project_id only."));
        foreach (var unknown in request.Query.Keys.Where(key => key != "debug"))
            faults.Add(new($"query.{unknown}", "is not known; this action has no query."));
        foreach (var unknown in request.Headers.Keys.Where(key => !key.Equals("x-user-id", StringComparison.OrdinalIgnoreCase)))
            faults.Add(new($"headers.{unknown}", "is not known; the headers have x-user-id only."));
        if (request.Path.GetValueOrDefault("project_id") is not { Length: > 0 } project)
        {
            faults.Add(new("path.project_id", "is required."));
            project = "";
        }

        var body = Members(request.Body, faults);
        var folder = Required(body, "folder_id", faults);
        var name = Required(body, "file_name", faults);
        if (name.Length > 0 && AutodeskName.FaultOf(name) is { } fault) faults.Add(new("body.file_name", fault));
        var type = body.GetValueOrDefault("content_type");
        if (type is not null && !(MediaTypeHeaderValue.TryParse(type, out _) && type.All(char.IsAscii)))
            faults.Add(new("body.content_type", "must be a media type such as application/pdf."));
        return faults.Count == 0
            ? (new(project, folder, name, type, request.Headers, request.MaxWait), null)
            : (null, InputFault.Tell(faults, "Correct the fields that are named and send the request again; nothing was sent."));
    }

    private static Dictionary<string, string> Members(JsonBytes? body, List<InputFault> faults)
    {
        var members = new Dictionary<string, string>();
        if (body is null) return members;
        using var document = JsonDocument.Parse(body.Memory);
        if (document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(new("body", "must be an object."));
            return members;
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!BodyMembers.Contains(member.Name))
                faults.Add(new($"body.{member.Name}", $"is not known; known are {string.Join(", ", BodyMembers)} and content."));
            else if (member.Value.Text() is not { } text) faults.Add(new($"body.{member.Name}", "must be a string of valid Unicode."));
            else
                members[member.Name] = text;
        }

        return members;
    }

    private static string Required(Dictionary<string, string> members, string name, List<InputFault> faults)
    {
        if (members.TryGetValue(name, out var value) && value.Length > 0) return value;
        if (faults.All(fault => fault.Field != $"body.{name}")) faults.Add(new($"body.{name}", "is required."));
        return "";
    }
}
