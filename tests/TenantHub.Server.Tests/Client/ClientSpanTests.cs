using System.Diagnostics;
using TenantHub.Client.Calls;
using TenantHub.Client.Telemetry;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Client;

public sealed class ClientSpanTests(ServerFixture fixture)
{
    /// <summary>The call's span is the parent of the server's, so one trace goes from the backend to Autodesk.</summary>
    [Fact]
    public async Task Call_IsOneSpan_WhoseTraceTheServerGoesOnWith()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClientTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var account = await fixture.LinkAsync();

        var answer = await fixture.Client().Account(account.Id).ListHubsAsync(cancellationToken: TestContext.Current.CancellationToken);
        LoggedCall? logged = null;
        await Until.TrueAsync(
            async () =>
                (
                    logged = await fixture
                        .Client()
                        .Calls.ListAsync(new CallFilter { AccountIds = [account.Id] })
                        .FirstOrDefaultAsync(call => call.RequestId == answer.RequestId)
                )
                    is not null,
            "the call is in the log"
        );

        lock (spans)
        {
            var span = Assert.Single(spans, span => Equals(span.GetTagItem("tenanthub.account.id"), account.Id));
            Assert.Equal("action autodesk_list_hubs", span.OperationName);
            Assert.Equal(200, span.GetTagItem("http.response.status_code"));
            Assert.Equal(logged!.TraceId, span.TraceId.ToHexString());
        }
    }
}
