using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class IncidentControllerTests
{
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    /// <summary>As right after a start, or where the right to list them was taken away.</summary>
    [Fact]
    public async Task AJobThatIsNotListedYetIsNotTakenForGone()
    {
        var (incident, phase) = (Observed(WorkloadKind.Job), new CountedPhase());
        using var api = Api(incident);
        using var metrics = new ChronosMetrics();
        var caches = SampleCaches.Of(api.Client);
        var controller = Controller(api.Client, caches, phase, metrics);
        await controller.ReconcileAsync(incident, Never);
        Assert.Equal(0, phase.Runs);
        Assert.Empty(api.Writes);

        await SampleCaches.FillAsync(caches.Jobs, Never);
        await controller.ReconcileAsync(incident, Never);
        Assert.Equal(1, phase.Runs);
    }

    [Fact]
    public async Task IncidentsOfOtherKindsDoNotWaitForJobs()
    {
        var (incident, phase) = (Observed(WorkloadKind.Deployment), new CountedPhase());
        using var api = Api(incident);
        using var metrics = new ChronosMetrics();
        await Controller(api.Client, SampleCaches.Of(api.Client), phase, metrics).ReconcileAsync(incident, Never);
        Assert.Equal(1, phase.Runs);
    }

    private static Incident Observed(WorkloadKind kind)
    {
        var incident = SampleContext.In(IncidentPhase.Observing);
        incident.Spec.WorkloadRef = new WorkloadReference { Kind = kind, Name = "backup" };
        return incident;
    }

    private static FakeApi Api(Incident incident)
    {
        var live = JsonSerializer.Serialize(incident, ChronosJson.Default.Incident);
        return new FakeApi(request => request.PathAndQuery.StartsWith("/apis/batch/v1/jobs", StringComparison.Ordinal) ? SampleCaches.List(request) : new FakeAnswer(200, live));
    }

    private static IncidentController Controller(KubernetesClient client, WorkloadCaches caches, IPhase phase, ChronosMetrics metrics)
    {
        var time = new FakeTime();
        var catalog = new WorkloadCatalog(caches, time);
        var book = new IncidentBook(new Informer<Incident>(client.For(ApiResources.Incidents), new()));
        var policies = new PolicyRegistry(new Informer<RemediationPolicy>(client.For(ApiResources.Policies), new()), catalog);
        var journal = new IncidentJournal(client, new EventRecorder(client, "chronosops", "test", time), metrics, NullLogger<IncidentJournal>.Instance);
        var retention = new IncidentRetention(client, TimeSpan.Zero, time, NullLogger<IncidentRetention>.Instance);
        return new IncidentController(client, catalog, policies, new SignalBoard(), new Dictionary<IncidentPhase, IPhase> { [IncidentPhase.Observing] = phase }, new OpenPhase(policies, book), journal, retention,
            new IncidentChains(book, catalog, new ServiceGraph(new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => [])), new AlertReadings(TimeSpan.FromHours(24)), time);
    }

    /// <summary>Waits whenever it is run.</summary>
    private sealed class CountedPhase : IPhase
    {
        public int Runs { get; private set; }

        public Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
        {
            Runs++;
            return Task.FromResult(PhaseResult.Wait());
        }
    }
}
