using System.Diagnostics;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>Keeps what one action call does while it does it: for the call log, for Server-Timing and for the account's last
/// calls.</summary>
internal sealed class CallRecorder(ActionRequest request, TimeProvider clock)
{
    private const int KeptSteps = 64; // Far more than a call has, unless it reads a long list back.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMicroseconds(50);

    private readonly long _came = clock.GetTimestamp();
    private readonly List<CallStep> _steps = new(4);
    private List<BodyRoom>? _rooms;

    /// <summary>Gets the record's id; it sorts by the time at which the call came.</summary>
    public string Id { get; } = Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    public ActionRequest Request => request;

    /// <summary>Gets the timestamp at which the call came.</summary>
    public long Came => _came;

    public DateTimeOffset CameAt { get; } = clock.GetUtcNow();

    /// <summary>Gets or sets the span of the call; null when nobody listens.</summary>
    public Activity? Span { get; set; }

    /// <summary>Gets or sets the action once it is found in the catalog.</summary>
    public ActionDefinition? Action { get; set; }

    /// <summary>Gets or sets the call's place in the lane once it has one, or was refused one.</summary>
    public Lane.Entry? Place { get; set; }

    /// <summary>Gets or sets the call's request to Autodesk once it may be sent.</summary>
    public ApsCall? Call { get; set; }

    /// <summary>Gets or sets whether anything of the call was sent to Autodesk.</summary>
    public bool HasSent { get; set; }

    /// <summary>Gets or sets what the caller was told when the deadline came and nothing had been sent. Nothing is sent after that, and
    /// nothing more is taken down: the record is with the log.</summary>
    public ServiceError? GivenUp { get; set; }

    /// <summary>Gets or sets what keeps the call's bodies; null unless an operator records the account.</summary>
    public RecordedBodies? Bodies { get; set; }

    /// <summary>Gets the status of Autodesk's last answer.</summary>
    public int? ProviderStatus { get; private set; }

    public IReadOnlyList<CallStep> Steps => _steps;

    public TimeSpan QuotaWait { get; private set; }

    public TimeSpan Elapsed => clock.GetElapsedTime(_came);

    private TimeSpan LaneWait { get; set; }

    private TimeSpan TokenTime { get; set; }

    private TimeSpan UpstreamTime { get; set; }

    private TimeSpan BackoffTime { get; set; }

    /// <summary>Keeps the room of an answer for as long as the call goes on.</summary>
    public void Keep(BodyRoom room) => (_rooms ??= []).Add(room);

    /// <summary>The call has ended: whoever gets its answer counts it now.</summary>
    public void LeaveRooms() => _rooms?.ForEach(room => room.Dispose());

    public CallTiming Timing() => new(Id, LaneWait, QuotaWait, TokenTime, UpstreamTime, BackoffTime);

    /// <summary>Adds a step that has just ended. A look for a lost write is made of requests, which are counted by themselves.</summary>
    public void Add(CallStepKind kind, TimeSpan took, string outcome = "ok") =>
        Add(new CallStep(kind, Begin(took), took) { Outcome = outcome });

    /// <summary>Adds a wait that has just ended; one that was none is no step.</summary>
    public void AddWait(CallStepKind kind, TimeSpan took, ServiceError? refusal)
    {
        if (refusal is not null)
            Add(kind, took, WireName.Of(refusal.Code));
        else if (took >= ShortestWait)
            Add(kind, took);
    }

    public void AddRequest(ActionDefinition action, TimeSpan took, int? status, string? failure, int? sent, int? received)
    {
        if (status is not null)
            ProviderStatus = status;
        Add(
            new CallStep(CallStepKind.Request, Begin(took), took)
            {
                Outcome = failure ?? "ok",
                Method = action.Method,
                Path = action.Path,
                ActionId = action.Id,
                Status = status,
                RequestBytes = sent,
                ResponseBytes = received,
            }
        );
    }

    private TimeSpan Begin(TimeSpan took) => Elapsed is var now && now > took ? now - took : TimeSpan.Zero;

    private void Add(CallStep step)
    {
        if (GivenUp is not null)
            return;
        switch (step.Kind)
        {
            case CallStepKind.Lane:
                LaneWait += step.Duration;
                break;
            case CallStepKind.Quota:
                QuotaWait += step.Duration;
                break;
            case CallStepKind.Token:
                TokenTime += step.Duration;
                break;
            case CallStepKind.Request:
                UpstreamTime += step.Duration;
                break;
            case CallStepKind.Backoff:
                BackoffTime += step.Duration;
                break;
        }

        if (_steps.Count < KeptSteps)
            _steps.Add(step);
    }
}
