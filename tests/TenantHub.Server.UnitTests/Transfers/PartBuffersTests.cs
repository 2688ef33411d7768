using Microsoft.Extensions.Options;
using Xunit;

namespace TenantHub.Server.Transfers;

public sealed class PartBuffersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoHasNone_IsServedBeforeWhoWantsAnotherOne()
    {
        var buffers = New(2);
        var first = await buffers.RentAsync(hasOthers: false, Cancel);
        var second = await buffers.RentAsync(hasOthers: true, Cancel);
        var greedy = buffers.RentAsync(hasOthers: true, Cancel);
        var newcomer = buffers.RentAsync(hasOthers: false, Cancel);

        first.Dispose();
        Assert.Same(newcomer, await Task.WhenAny(newcomer, greedy));
        using var served = await newcomer;
        Assert.False(greedy.IsCompleted);

        second.Dispose();
        using var another = await greedy;
    }

    [Fact]
    public async Task WhoGivesUpWaiting_CostsNobodyABuffer()
    {
        var buffers = New(1);
        var only = await buffers.RentAsync(hasOthers: false, Cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var impatient = buffers.RentAsync(hasOthers: false, patience.Token);
        var patient = buffers.RentAsync(hasOthers: false, Cancel);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        only.Dispose();
        only.Dispose(); // Goes back once.

        using var served = await patient;
        Assert.False(buffers.RentAsync(hasOthers: false, Cancel).IsCompleted);
    }

    private static PartBuffers New(int parts) => new(Options.Create(new TransferOptions { PartsInMemory = parts }));
}
