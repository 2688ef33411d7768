using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Events;

namespace TenantHub.Transfers;

/// <summary>What the Hub backend is told when an upload has ended. Pure.</summary>
internal static class UploadEvents
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static LifecycleEvent Of(UploadDescription upload, TimeProvider clock)
    {
        var type = upload.Status is UploadStatus.Done ? "upload.completed" : "upload.failed";
        var now = clock.GetUtcNow();
        var body = JsonBytes.From(
            new
            {
                Type = type,
                Timestamp = now,
                Data = new
                {
                    UploadId = upload.Id,
                    upload.AccountId,
                    upload.ProjectId,
                    upload.FolderId,
                    upload.FileName,
                    upload.Size,
                    Status = WireName.Of(upload.Status),
                    upload.Reason,
                    upload.NextStep,
                    upload.Created,
                    upload.ItemId,
                    upload.VersionId,
                },
            },
            Json
        );
        return new(LinkedAccountId.NewText("evt_", clock), type, now, body);
    }
}
