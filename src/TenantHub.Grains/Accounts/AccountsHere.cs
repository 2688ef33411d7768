using System.Collections.Concurrent;

namespace TenantHub.Accounts;

/// <summary>The accounts that are active on this silo. One that is here keeps to a call's deadline; another silo can fall silent.</summary>
public sealed class AccountsHere
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMilliseconds(200); // The last answers, to other silos.

    private readonly ConcurrentDictionary<GrainId, IGrainContext> _here = new();
    private int _running;

    /// <summary>Tells whether an account is active on this silo.</summary>
    /// <param name="account">The account.</param>
    public bool Has(GrainId account) => _here.ContainsKey(account);

    internal void Add(IGrainContext activation) => _here[activation.GrainId] = activation;

    /// <summary>Takes out an activation that ends; the one after it may be here already.</summary>
    internal void Remove(IGrainContext activation) => _here.TryRemove(new(activation.GrainId, activation));

    /// <summary>Says that a call runs, until the answer is disposed.</summary>
    internal RunningCall Run() => new(this);

    /// <summary>Waits until the calls that run on this silo have ended and their answers are gone: a silo that stops earlier takes answers
    /// with it, and nobody knows what became of the calls. Once draining has begun no other call begins.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task EndAsync(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (Volatile.Read(ref _running) > 0 && clock.GetElapsedTime(since) < limit && !cancellationToken.IsCancellationRequested)
            await Task.Delay(Look, clock, CancellationToken.None);
        await Task.Delay(OnItsWay, clock, CancellationToken.None);
    }

    internal readonly struct RunningCall : IDisposable
    {
        private readonly AccountsHere _here;

        public RunningCall(AccountsHere here)
        {
            _here = here;
            Interlocked.Increment(ref here._running);
        }

        public void Dispose() => Interlocked.Decrement(ref _here._running);
    }
}
