using System.Globalization;
using TenantHub.Errors;

namespace TenantHub.Transfers;

/// <summary>The errors of uploads, each with its next step.</summary>
internal static class UploadErrors
{
    public static ServiceError NotFound(string id) =>
        new(ErrorCode.UploadNotFound, ErrorSource.Caller, $"The account has no upload {InputFault.Shorten(id)}.")
        {
            NextStep = "Begin it with POST /files/uploads, or list the account's uploads with GET /files/uploads.",
        };

    public static ServiceError Ended(UploadState upload) =>
        new(ErrorCode.UploadEnded, ErrorSource.Caller, $"The upload is {WireName.Of(upload.Status)}. {upload.Error?.Detail}".TrimEnd())
        {
            NextStep =
                upload.Status is UploadStatus.Done
                    ? "Nothing is left to do: look at GET /files/uploads/{id} for the item."
                    : "Begin a new upload with POST /files/uploads.",
        };

    /// <summary>Account, profile, key or action was stopped while the bytes came.</summary>
    public static ServiceError Stopped(ServiceError reason) =>
        reason with
        {
            Detail = $"The sending was stopped ({WireName.Of(reason.Code)}): what storage has stays there, the rest was not sent.",
        };

    public static ServiceError Completing() =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            "All bytes are there, and the file is still to be made of them. Nothing was taken."
        )
        {
            NextStep = "Ask for the file with POST /files/uploads/{id}/complete.",
        };

    public static ServiceError TakenOver() =>
        new(ErrorCode.UploadConflict, ErrorSource.Caller, "Another request sends the bytes of this upload now. This one has ended.")
        {
            NextStep = "Send one request at a time; ask with HEAD where to go on.",
        };

    public static ServiceError Changed(int part) =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            string.Create(CultureInfo.InvariantCulture, $"Part {part} is stored with other bytes: the file has changed since it was begun.")
        )
        {
            NextStep = "Begin a new upload for the file as it is now, and leave it alone until it is stored.",
        };

    public static ServiceError Incomplete(long stored, long size) =>
        new(
            ErrorCode.UploadConflict,
            ErrorSource.Caller,
            string.Create(CultureInfo.InvariantCulture, $"The first {stored:N0} bytes of {size:N0} are stored; nothing was made of them.")
        )
        {
            NextStep = "Send the bytes that are missing, then complete the upload.",
        };

    public static ServiceError OtherSize(long declared, long given) =>
        new(
            ErrorCode.InvalidInput,
            ErrorSource.Caller,
            string.Create(CultureInfo.InvariantCulture, $"The upload was begun with {declared:N0} bytes, and now it is to have {given:N0}.")
        )
        {
            NextStep = "Begin a new upload for the file as it is now.",
            Faults = [new("size", "must be the size with which the upload was begun.")],
        };

    public static ServiceError TooSmall(long stored, long given) =>
        new(
            ErrorCode.InvalidInput,
            ErrorSource.Caller,
            string.Create(CultureInfo.InvariantCulture, $"{stored:N0} bytes are stored already, and the file is to have {given:N0}.")
        )
        {
            NextStep = "Tell the length of the whole file, or begin a new upload for the file as it is now.",
            Faults = [new("size", "must not be less than what is stored.")],
        };

    /// <summary>In mode direct the caller has sent the parts, and can send them again.</summary>
    public static ServiceError WrongParts(ServiceError said) =>
        said with
        {
            Code = ErrorCode.UploadConflict,
            Source = ErrorSource.Caller,
            NextStep = "Send the parts again that the answer does not call Ok, then complete the upload.",
        };

    public static ServiceError WrongHash(string declared, string came) =>
        new(
            ErrorCode.ChecksumMismatch,
            ErrorSource.Caller,
            $"The file was declared with the SHA-256 {declared} and its bytes have {came}. Neither item nor version was made."
        )
        {
            NextStep = "Find out which of the two is right, and begin a new upload.",
        };

    public static ServiceError Expired(UploadState upload) =>
        upload.Status is UploadStatus.Completing
            ? ExpiredCompleting(upload.Error)
            : new(ErrorCode.UploadEnded, ErrorSource.Caller, "The upload was not finished in time. Neither item nor version was made.")
            {
                NextStep = "Begin a new upload with POST /files/uploads.",
            };

    /// <summary>An answer may have been lost while the item or version was made.</summary>
    private static ServiceError ExpiredCompleting(ServiceError? last) =>
        new(
            ErrorCode.UploadEnded,
            last?.Source ?? ErrorSource.AutodeskApi,
            $"All bytes were there, and the file could not be made of them in time. {last?.Detail}".TrimEnd()
        )
        {
            NextStep = "Look for the file in its folder; when it is not there, begin a new upload with POST /files/uploads.",
        };

    public static ServiceError Aborted() =>
        new(ErrorCode.UploadEnded, ErrorSource.Caller, "The upload was given up. Neither item nor version was made.")
        {
            NextStep = "Begin a new upload with POST /files/uploads.",
        };

    public static ServiceError OthersUrls() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "Signed URLs are given only to the caller that has begun the upload.")
        {
            NextStep = "Use the API key with which the upload was begun, or begin another upload.",
        };

    public static ServiceError NotDirect() =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, "The upload goes through the server; signed URLs are for mode direct.")
        {
            NextStep = "Send the bytes with PUT or PATCH to /files/uploads/{id}, or begin an upload with mode direct.",
        };

    public static ServiceError NoSuchPart(int first, int last) =>
        InputFault.Tell(
            [new("first_part", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {last}, and count at most 25; it is {first}."))],
            "Ask for parts that the file has."
        );
}
