using System.Net.Http.Headers;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Autodesk.Transfers;

/// <summary>Reads and checks what is to be uploaded, whether it comes as an action or as an upload of its own.</summary>
public static class FileUploadInput
{
    private const string ActingUserHeader = "x-user-id";
    private const int MaxId = 1000;
    private static readonly string[] BodyMembers = ["folder_id", "file_name", "content_type"];

    /// <summary>Reads the input of the action <c>autodesk_upload_file_in_project_folder</c>; exactly one of request and error is
    /// set.</summary>
    /// <param name="request">path.project_id, body {folder_id, file_name, content_type?}.</param>
    public static (UploadRequest? Upload, ServiceError? Error) Read(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var faults = new List<InputFault>();
        foreach (var unknown in request.Path.Keys.Where(key => key != "project_id"))
            faults.Add(new($"path.{unknown}", "is not known; the path has project_id only."));
        foreach (var unknown in request.Query.Keys.Where(key => key != "debug"))
            faults.Add(new($"query.{unknown}", "is not known; this action has no query."));
        foreach (var unknown in request.Headers.Keys.Where(key => !key.Equals(ActingUserHeader, StringComparison.OrdinalIgnoreCase)))
            faults.Add(new($"headers.{unknown}", "is not known; the headers have x-user-id only."));
        var body = Members(request.Body, faults);
        var upload = new UploadRequest
        {
            ProjectId = request.Path.GetValueOrDefault("project_id") ?? "",
            FolderId = body.GetValueOrDefault("folder_id") ?? "",
            FileName = body.GetValueOrDefault("file_name") ?? "",
            ContentType = body.GetValueOrDefault("content_type"),
            ActingUserId = request
                .Headers.FirstOrDefault(header => header.Key.Equals(ActingUserHeader, StringComparison.OrdinalIgnoreCase))
                .Value,
            CallerId = request.CallerId,
            Rights = request.Rights,
            MaxWait = request.MaxWait,
            Priority = request.Priority,
            IsApproved = request.IsApproved,
        };
        Check(upload, "path.", "body.", faults);
        return faults.Count == 0 ? (upload, null) : (null, Invalid(faults));
    }

    /// <summary>The version that an upload has made, by its answer; null when it does not say.</summary>
    /// <param name="answer">What the action has answered.</param>
    public static string? VersionMade(JsonBytes answer) => FileUploadBodies.Text(answer, "version_id");

    /// <summary>What the first step of the composite action sends, for its plan.</summary>
    /// <param name="request">A call of the action that was checked.</param>
    public static JsonBytes FirstBody(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var body = JsonDocument.Parse(request.Body!.Memory);
        return FileUploadBodies.Storage(
            new UploadRequest
            {
                ProjectId = request.Path.GetValueOrDefault("project_id") ?? "",
                FolderId = body.RootElement.Text("folder_id") ?? "",
                FileName = body.RootElement.Text("file_name") ?? "",
            }
        );
    }

    /// <summary>The same upload as a call of the composite action: so it is admitted, and so a person is shown it.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="call">Who calls, and how.</param>
    public static ActionRequest AsCall(UploadRequest upload, ActionRequest call)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(call);
        return call with
        {
            Path = new Dictionary<string, string> { ["project_id"] = upload.ProjectId },
            Headers = upload.ActingUserId is { } user
                ? new Dictionary<string, string> { [ActingUserHeader] = user }
                : new Dictionary<string, string>(),
            Body = JsonBytes.From(
                upload.ContentType is { } type
                    ? new Dictionary<string, string>
                    {
                        ["folder_id"] = upload.FolderId,
                        ["file_name"] = upload.FileName,
                        ["content_type"] = type,
                    }
                    : new Dictionary<string, string> { ["folder_id"] = upload.FolderId, ["file_name"] = upload.FileName }
            ),
            Upload = JsonBytes.From(
                new
                {
                    if_exists = WireName.Of(upload.IfExists),
                    mode = WireName.Of(upload.Mode),
                    size = upload.Size,
                    sha256 = upload.Sha256,
                }
            ),
        };
    }

    /// <summary>The call under which an upload was let in, without its input.</summary>
    /// <param name="upload">The upload.</param>
    public static ActionRequest AsAdmitted(UploadRequest upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return new(ProjectFileUpload.ActionId)
        {
            CallerId = upload.CallerId,
            Rights = upload.Rights,
            IsApproved = upload.IsApproved,
        };
    }

    /// <summary>Tells what is wrong with an upload of its own; null when nothing is.</summary>
    /// <param name="upload">The upload.</param>
    public static ServiceError? FaultOf(UploadRequest upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var faults = new List<InputFault>();
        Check(upload, "", "", faults);
        if (PartPlan.FaultOf(upload.Mode, upload.Size) is { } size)
            faults.Add(new("size", size));
        if (upload.Sha256 is { } hash && !(hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower)))
            faults.Add(new("sha256", "must be 64 lower-case hexadecimal digits."));
        else if (upload is { Sha256: not null, Mode: UploadMode.Direct })
            faults.Add(new("sha256", "is not checked in mode direct, whose bytes do not pass this server: leave it out."));
        return faults.Count == 0 ? null : Invalid(faults);
    }

    private static void Check(UploadRequest upload, string path, string body, List<InputFault> faults)
    {
        Require(path + "project_id", upload.ProjectId, faults);
        Require(body + "folder_id", upload.FolderId, faults);
        Require(body + "file_name", upload.FileName, faults);
        if (upload.FileName.Length > 0 && AutodeskName.FaultOf(upload.FileName) is { } fault)
            faults.Add(new(body + "file_name", fault));
        if (upload.ContentType is { } type && !(MediaTypeHeaderValue.TryParse(type, out _) && type.All(char.IsAscii)))
            faults.Add(new(body + "content_type", "must be a media type such as application/pdf."));
    }

    private static void Require(string field, string value, List<InputFault> faults)
    {
        if (faults.Any(fault => fault.Field == field))
            return;
        if (value.Length == 0)
            faults.Add(new(field, "is required."));
        else if (value.Length > MaxId)
            faults.Add(new(field, $"must have at most {MaxId} characters."));
    }

    private static ServiceError Invalid(List<InputFault> faults) =>
        InputFault.Tell(faults, "Correct the fields that are named and send the request again; nothing was sent.");

    private static Dictionary<string, string> Members(JsonBytes? body, List<InputFault> faults)
    {
        var members = new Dictionary<string, string>();
        if (body is null)
            return members;
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
            else if (member.Value.Text() is not { } text)
                faults.Add(new($"body.{member.Name}", "must be a string of valid Unicode."));
            else
                members[member.Name] = text;
        }

        return members;
    }
}
