using System.Globalization;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>The errors of requests to an upload that its grain does not see.</summary>
internal static class UploadRequestErrors
{
    public static ServiceError NotFound(string id) =>
        new(ErrorCode.UploadNotFound, ErrorSource.Caller, $"The account has no upload {InputFault.Shorten(id)}.")
        {
            NextStep = "Begin it with POST /files/uploads, or list the account's uploads with GET /files/uploads.",
        };

    public static ServiceError NotLookedUp() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "Whether the upload has begun already could not be looked up before the caller's deadline. Nothing was sent."
        )
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError NotAllowed() =>
        new(ErrorCode.ActionNotAllowed, ErrorSource.Caller, "This API key may not upload files. Nothing was taken.")
        {
            NextStep = "Ask whoever made the key for one whose list of actions and ceiling (read, write, destructive) allow it.",
        };

    /// <summary>What a person has approved, or would have to, is one caller's.</summary>
    public static ServiceError OthersUpload() =>
        new(
            ErrorCode.Forbidden,
            ErrorSource.Caller,
            "Somebody else has begun this upload, and a person has to approve such calls. Nothing was taken."
        )
        {
            NextStep = "Begin an upload of your own with POST /files/uploads.",
        };

    public static ServiceError IsDirect() =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, "The bytes of this upload go directly to Autodesk's storage. Nothing was taken.")
        {
            NextStep = "Get URLs with POST /files/uploads/{id}/urls, or begin an upload with mode through.",
        };

    public static ServiceError OtherOffset(long given, long stored) =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The bytes begin at {given}, and the upload goes on at {stored}. Nothing was taken."
            )
        )
        {
            NextStep = string.Create(CultureInfo.InvariantCulture, $"Go on at byte {stored}."),
        };

    public static ServiceError TakenOver() =>
        new(ErrorCode.UploadConflict, ErrorSource.Caller, "Another request sends the bytes of this upload now. This one has ended.")
        {
            NextStep = "Send one request at a time; ask with HEAD where to go on.",
        };

    /// <summary>The request ended in the middle, while its sender is still there to be told.</summary>
    public static ServiceError Interrupted(UploadDescription upload) =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The bytes ended before the file did. {upload.Offset:N0} of them are stored; nothing was made of them yet."
            )
        )
        {
            NextStep = string.Create(CultureInfo.InvariantCulture, $"Go on at byte {upload.Offset}, or send the whole file again."),
        };

    public static ServiceError SizeUnknown() =>
        new(ErrorCode.UploadConflict, ErrorSource.Caller, "The size of the file is not known yet: its last byte has not come.")
        {
            NextStep = "Send the rest of the file; it is completed with its last byte.",
        };

    /// <summary>The server stops in the middle of an upload; what is stored stays.</summary>
    public static ServiceError Stopping(UploadDescription upload) =>
        new(
            ErrorCode.HubUnavailable,
            ErrorSource.Hub,
            string.Create(
                CultureInfo.InvariantCulture,
                $"This server is stopping. {upload.Offset:N0} bytes of the file are stored at Autodesk; nothing was made of them yet."
            )
        )
        {
            NextStep =
                upload.Status is UploadStatus.Completing
                    ? $"Have the file made with POST /files/uploads/{upload.Id}/complete: another server takes it over."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"Go on at byte {upload.Offset} of upload {upload.Id}: another server takes it over."
                    ),
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static ServiceError TooShort(long partBytes) =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            string.Create(
                CultureInfo.InvariantCulture,
                $"These bytes fill no part of {partBytes} bytes, and storage takes smaller ones at the end of a file only. They were not taken."
            )
        )
        {
            NextStep = string.Create(
                CultureInfo.InvariantCulture,
                $"Send at least {partBytes} bytes in each request (chunkSize of tus-js-client), or the rest of the file in one."
            ),
        };
}
