using Orleans.Concurrency;
using TenantHub.Actions;
using TenantHub.Approvals;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>
/// One linked Autodesk account; the key is its <c>linked_account_id</c>. The grain is the only one that calls Autodesk for the account.
/// Expected failures come back as values; only faults throw.
/// </summary>
[Alias("tenanthub.linked-account")]
public interface ILinkedAccountGrain : IGrainWithStringKey
{
    /// <summary>Links the account: the credentials are tried first, and nothing is stored when Autodesk refuses them.</summary>
    /// <param name="request">Owner, app and Autodesk account.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Link"), ResponseTimeout("00:03:00")]
    Task<AccountResult> LinkAsync(LinkAccountRequest request, CancellationToken cancellationToken = default);

    /// <summary>Describes the account; answers at once.</summary>
    [Alias("Describe"), ReadOnly]
    Task<AccountResult> DescribeAsync();

    /// <summary>Tells what the account is doing now; answers at once, also while a call runs. Null when it is not linked.</summary>
    [Alias("GetLiveState"), ReadOnly]
    Task<AccountLiveState?> GetLiveStateAsync();

    /// <summary>Changes the account. New credentials or a new region are tried before they are stored.</summary>
    /// <param name="request">The changes.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Update"), ResponseTimeout("00:03:00")]
    Task<AccountResult> UpdateAsync(UpdateAccountRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes the secret of the account's own app. The new one is tried first; after that both are held for a while, and no call fails
    /// because of the change.
    /// </summary>
    /// <param name="clientId">The app, when the caller names it: it must be the one in force. Null for that one.</param>
    /// <param name="clientSecret">The app's new secret.</param>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("RotateCredentials"), ResponseTimeout("00:03:00")]
    Task<AccountResult> RotateCredentialsAsync(string? clientId, Secret clientSecret, CancellationToken cancellationToken = default);

    /// <summary>Checks with Autodesk whether the account works, and sets its status by what was proven.</summary>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Verify"), ResponseTimeout("00:03:00")]
    Task<AccountResult> VerifyAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops the account: calls are refused until it is resumed.</summary>
    [Alias("Suspend")]
    Task<AccountResult> SuspendAsync();

    /// <summary>Lets a suspended account work again; it is verified on the way.</summary>
    /// <param name="cancellationToken">Ends the wait for Autodesk.</param>
    [Alias("Resume"), ResponseTimeout("00:03:00")]
    Task<AccountResult> ResumeAsync(CancellationToken cancellationToken = default);

    /// <summary>Unlinks the account for good and destroys its secrets.</summary>
    [Alias("Unlink")]
    Task<AccountResult> UnlinkAsync();

    /// <summary>Tells what a call would do, what it needs and how long it would wait. Nothing is sent.</summary>
    /// <param name="request">The action and its input.</param>
    [Alias("Plan"), ReadOnly]
    Task<PlanResult> PlanAsync(ActionRequest request);

    /// <summary>
    /// Tells whether a call may be made at all, and asks for a person's approval where one is demanded. Nothing is sent. Whoever makes the
    /// steps of a composite action asks this first, for the whole.
    /// </summary>
    /// <param name="request">The action and its input.</param>
    [Alias("Admit")]
    Task<Admission> AdmitAsync(ActionRequest request);

    /// <summary>
    /// Tells why what was begun under a call may not go on: the account, the action or the caller was stopped meanwhile. Null when it may.
    /// Whoever sends bytes for an account asks this before each piece.
    /// </summary>
    /// <param name="request">The call: its action, caller and rights; the input is not looked at.</param>
    [Alias("WhyStopped"), ReadOnly]
    Task<ServiceError?> WhyStoppedAsync(ActionRequest request);

    /// <summary>Forgets that a bucket is the account's: an operator has said whose it is, and what is written down counts.</summary>
    /// <param name="bucketKey">The bucket.</param>
    [Alias("ForgetBucket")]
    Task ForgetBucketAsync(string bucketKey);

    /// <summary>Decides a call that waits for a person.</summary>
    /// <param name="approvalId">The approval.</param>
    /// <param name="approve">Whether the caller may send the call again; otherwise it is refused.</param>
    /// <param name="decidedBy">Who decides; never who wants the call.</param>
    [Alias("DecideApproval")]
    Task<ApprovalResult> DecideApprovalAsync(string approvalId, bool approve, string decidedBy);

    /// <summary>Records the next calls of the account with their bodies, for <see cref="Calls.CallRecording.Lasts"/> at most. One that goes
    /// on
    /// is replaced.</summary>
    /// <param name="calls">How many calls, 1 to <see cref="Calls.CallRecording.MaxCalls"/>.</param>
    [Alias("BeginRecording")]
    Task<AccountResult> BeginRecordingAsync(int calls);

    /// <summary>Stops recording; what was recorded stays for a day.</summary>
    [Alias("StopRecording")]
    Task<AccountResult> StopRecordingAsync();

    /// <summary>
    /// Runs one action. Writes of one account run alone, those of one priority in the order in which they came; reads run one at a time
    /// unless the profile allows more.
    /// </summary>
    /// <param name="request">The action and its input.</param>
    /// <param name="cancellationToken">Gives up the place in the lane; a write that has been sent is not taken back.</param>
    [Alias("RunAction"), ResponseTimeout("00:03:00")]
    Task<ActionResult> RunActionAsync(ActionRequest request, CancellationToken cancellationToken = default);
}
