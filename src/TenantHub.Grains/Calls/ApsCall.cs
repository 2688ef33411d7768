using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Credentials;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>One request to Autodesk with its repeats: what is to be sent, until when, and what has come of it.</summary>
internal sealed class ApsCall(
    ActiveAccount account,
    ActionDefinition action,
    ActionRequest request,
    ClientApp app,
    LinkedAccountContext context,
    Lane.Entry place,
    long startBy
)
{
    private ApsCall? _whole;

    /// <summary>Gets whose request it is.</summary>
    public ActiveAccount Account => account;

    public ActionDefinition Action => action;

    public ActionRequest Request => request;

    /// <summary>Gets or sets whose credentials are used; they change when Autodesk refuses them and others are held.</summary>
    public ClientApp App { get; set; } = app;

    public LinkedAccountContext Context => context;

    /// <summary>Gets the place in the lane, which tells operators what the call is doing.</summary>
    public Lane.Entry Place => place;

    /// <summary>Gets what the action call that this belongs to has done so far; null for a request that belongs to none.</summary>
    public CallRecorder? Recorder => place.Recorder;

    /// <summary>Gets the timestamp after which nothing more is sent.</summary>
    public long StartBy => startBy;

    /// <summary>Gets what must be done immediately before every request; it refuses the call by returning an error.</summary>
    public Func<Task<ServiceError?>>? BeforeSending { get; init; }

    /// <summary>Gets what refuses the call when the account holds no more what it names; null when nothing of it can be given
    /// away.</summary>
    public Func<ApsCall, Task<ServiceError?>>? StillHolds { get; init; }

    /// <summary>Gets whether a person has approved it.</summary>
    public bool IsApproved { get; init; }

    /// <summary>Gets whether the doctor looks: he may also look at an account that is stopped, or not linked yet.</summary>
    public bool IsLook { get; init; }

    public int Attempts { get; set; }

    /// <summary>Gets whether what is sent next repeats a request that has failed.</summary>
    public bool IsRepeat => Attempts > 0 && Response is not null;

    public DateTimeOffset FirstSentAt { get; set; }

    public RateLimit? Quota { get; set; }

    /// <summary>Gets or sets the last response; null when nothing was sent.</summary>
    public ApsResponse? Response { get; set; }

    /// <summary>Gets or sets why nothing was sent.</summary>
    public ServiceError? Refusal { get; set; }

    /// <summary>Gets or sets whether one of the attempts may have had an effect that Autodesk did not confirm.</summary>
    public bool WasUncertain { get; set; }

    /// <summary>Gets whether the call ended so that nobody knows whether it had an effect.</summary>
    public bool EndedUncertain =>
        action.Safety is not ActionSafety.Read && Response is ApsResponse.Lost or ApsResponse.Answered { IsOutage: true };

    /// <summary>Makes a request that this one depends on: for the same account, by the same app, and stopped by what stops this
    /// one.</summary>
    public ApsCall Ask(ActionDefinition other, ActionRequest input, long until) =>
        new(account, other, input, App, context, place, until) { IsLook = IsLook, _whole = _whole ?? this };

    /// <summary>Why the request may not be sent any more: its caller has been answered, another silo has the account, or somebody has stopped
    /// the call while it waited.</summary>
    public ServiceError? Forbids() => Recorder?.GivenUp ?? account.Lane.ClosedBy ?? (IsLook ? account.Gone() : (_whole ?? this).Refused());

    private ServiceError? Refused() =>
        account.Refuses(action, request)
        ?? (!IsApproved && Approvals.Approvals.IsDemanded(account, action, request) ? AccountErrors.ApprovalDemandedSince() : null);
}
