using System.Diagnostics;

namespace TenantHub.Telemetry;

/// <summary>A piece of work that no call has begun: it has a trace of its own, whether traces are sent or not, so that the log can be
/// searched for it.</summary>
internal sealed class BackgroundWork : IDisposable
{
    private readonly Activity _work;

    public BackgroundWork(string name)
    {
        Activity.Current = null; // Else it would belong to the trace of whoever has set the timer.
        _work = new Activity(name).SetIdFormat(ActivityIdFormat.W3C).Start();
    }

    public string TraceId => _work.TraceId.ToHexString();

    public void Dispose() => _work.Dispose();
}
