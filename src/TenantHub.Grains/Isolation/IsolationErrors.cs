using TenantHub.Autodesk.Isolation;
using TenantHub.Errors;

namespace TenantHub.Isolation;

/// <summary>
/// The refusals of things that are not the account's. They are the same whether the thing belongs to another account or does not exist, and
/// name nothing that the caller did not say.
/// </summary>
internal static class IsolationErrors
{
    public static ServiceError NotThisAccount(NamedResource named) =>
        new(
            ErrorCode.NotThisAccount,
            ErrorSource.Caller,
            $"{named.Field} names no {Word(named.Kind)} of this linked account. Nothing was sent."
        )
        {
            NextStep = NextStep(named.Kind),
            Faults = [new(named.Field, $"must name a {Word(named.Kind)} of this linked account.")],
        };

    /// <summary>A check that could not be made is no verdict: the same call may succeed later.</summary>
    public static ServiceError NotChecked(NamedResource named, ServiceError cause) =>
        cause with
        {
            Detail = $"Whether {named.Field} is this account's could not be checked, so nothing was sent. {cause.Detail}",
        };

    public static ServiceError NotLookedUp() =>
        new(ErrorCode.StorageUnavailable, ErrorSource.Storage, "What belongs to this account could not be looked up, so nothing was done.")
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError NotRecorded(ResourceKind kind, bool keyed) =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            $"Autodesk has created the {Word(kind)}, but that it is this account's could not be written down."
        )
        {
            NextStep = keyed
                ? "Send the call again with the same Idempotency-Key: TenantHub finds what was created and writes it down."
                : "It can be used until the server restarts. Delete it and create it again, with an Idempotency-Key, which makes a repeat safe.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    /// <summary>A thing without a name is nobody's: it exists, and neither caller nor record can speak of it.</summary>
    public static ServiceError NotNamed(bool keyed) =>
        new(
            ErrorCode.OutcomeUnknown,
            ErrorSource.AutodeskApi,
            "Autodesk says that it has created what was asked for, and does not tell its id."
        )
        {
            NextStep = keyed
                ? "Send the call again with the same Idempotency-Key: what was created is looked for and written down."
                : "Look for it in Autodesk's own pages before you create it again.",
        };

    /// <summary>What a read has found has been made by another account at the same time.</summary>
    public static ServiceError Taken(ResourceKind kind) =>
        new(
            ErrorCode.AutodeskConflict,
            ErrorSource.AutodeskApi,
            $"Autodesk has a {Word(kind)} like this already, which this call did not create."
        )
        {
            NextStep = "Choose another name or key.",
        };

    public static ServiceError CursorForgotten() =>
        new(
            ErrorCode.CursorExpired,
            ErrorSource.Caller,
            "query.next is not known any more: TenantHub keeps it while the account is in use."
        )
        {
            NextStep = "Begin the list again from its first page.",
            Faults = [new("query.next", "must be the value of \"next\" in a page that was read lately.")],
        };

    private static string Word(ResourceKind kind) =>
        kind switch
        {
            ResourceKind.Hub => "hub",
            ResourceKind.Project => "project",
            ResourceKind.WatchedFolder => "folder",
            ResourceKind.CopiedVersion => "version",
            ResourceKind.Bucket => "bucket",
            ResourceKind.Object => "storage object",
            ResourceKind.Webhook => "webhook",
            ResourceKind.SignedUrl => "signed URL",
            _ => throw new InvalidOperationException($"{kind} is not guarded."),
        };

    private static string NextStep(ResourceKind kind) =>
        kind switch
        {
            ResourceKind.Hub => "Leave it out, or give the linked account's own hub id.",
            ResourceKind.Project =>
                "List the account's projects with autodesk_list_projects or autodesk_list_account_projects. A project that was created outside TenantHub a moment ago is seen after 10 seconds.",
            ResourceKind.WatchedFolder =>
                "Give body.projectId, the project that holds the folder, or read the folder through TenantHub first (autodesk_get_folder).",
            ResourceKind.CopiedVersion =>
                "Read the version through TenantHub first (autodesk_get_version) when it lies in another project of this account.",
            ResourceKind.Bucket =>
                "Use a bucket that was created through TenantHub for this account, or have shared_buckets switched on in its connector profile.",
            ResourceKind.Object =>
                "Read a version of the file through TenantHub first (autodesk_get_version), which names its storage object; for an upload begin with autodesk_create_storage, or with a bucket of this account.",
            ResourceKind.Webhook =>
                "List the account's webhooks with autodesk_list_webhooks; only those that were created through TenantHub are the account's.",
            ResourceKind.SignedUrl =>
                "Get one for this account with autodesk_get_signed_s3_upload_urls (with the same uploadKey to go on with an upload) and use it unchanged within the hour.",
            _ => throw new InvalidOperationException($"{kind} is not guarded."),
        };
}
