using System.Diagnostics;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Evaluates every workload at regular times, opens incidents for what fires, and lets the open ones look at what is new.</summary>
public sealed class DetectionLoop(
    WorkloadCatalog catalog, PolicyRegistry policies, Evaluation evaluation, SignalBoard board, KnownGoodBook book, KnownGoodSeeder seeder, IncidentBook incidents,
    IncidentOpener opener, ServiceGraph graph, StormTeller storms, PolicyStatusWriter statusWriter, ChronosMetrics metrics, AlertReadings alerts, TimeProvider time, TimeSpan interval, ILogger<DetectionLoop> log)
{
    /// <summary>Looks a little after each whole multiple of the interval, so that the newest step is there to be read.</summary>
    private static readonly TimeSpan Offset = TimeSpan.FromMilliseconds(250);

    /// <summary>When the last evaluation ended; null before the first.</summary>
    public DateTimeOffset? LastRun { get; private set; }

    /// <summary>Raised for every open incident after an evaluation.</summary>
    public event Action<Incident>? IncidentDue;

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(TimeGrid.UntilNext(time.GetUtcNow(), interval, Offset), time, ct).ConfigureAwait(false);
            try
            {
                await EvaluateAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // One bad round must not end detection; the next starts from what the API server and Prometheus hold.
                metrics.Evaluation("Failed", TimeSpan.Zero);
                log.LogError(e, "The evaluation failed");
            }
        }
    }

    private async Task EvaluateAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var entry in policies.All())
        {
            book.Load(entry.Object.Status);
            catalog.Recall(entry.Object.Status);
        }

        var watched = policies.Watched();
        await seeder.SeedAsync(watched, ct).ConfigureAwait(false);
        var measured = await evaluation.RunAsync(watched, Now(), ct).ConfigureAwait(false);
        var readings = measured.Select(reading => Note(alerts.Join(reading, incidents.KeeperOf(reading.Workload.Key)))).ToList();
        await ReadGraphAsync(incidents.IllNamespaces(), ct).ConfigureAwait(false);
        book.Keep(catalog.Uids());
        catalog.Prune();
        board.Publish(readings);
        await opener.OpenAsync(readings, ct).ConfigureAwait(false);
        foreach (var incident in incidents.Open())
        {
            IncidentDue?.Invoke(incident);
        }

        await storms.TellAsync(Now(), ct).ConfigureAwait(false);
        await statusWriter.WriteAsync(policies.All(), readings, ct).ConfigureAwait(false);
        metrics.OpenIncidents(incidents.Open().Count);
        metrics.Policies(policies.All().Count);
        metrics.Evaluation(readings.Any(reading => reading.SourceFailed) ? "SeriesUnavailable" : "Ok", Stopwatch.GetElapsedTime(started));
        LastRun = time.GetUtcNow();
    }

    /// <summary>Has the book take an evaluation into account, and notes what it knows of the workload by then.</summary>
    private WorkloadReading Note(WorkloadReading reading)
    {
        book.Observe(reading, incidents.OpenOf(reading.Workload.Key) is { Status.Phase: not (IncidentPhase.Mitigated or null) });
        return reading with { Measured = book.MeasuredOf(reading.Workload.Uid) };
    }

    /// <summary>That it cannot be read is said once for each reason, and not at each evaluation.</summary>
    private async Task ReadGraphAsync(IReadOnlyCollection<string> namespaces, CancellationToken ct)
    {
        var before = graph.Failure?.Reason;
        await graph.ReadAsync(namespaces, Now(), ct).ConfigureAwait(false);
        if (graph.Failure is { } failure && failure.Reason != before)
        {
            log.LogWarning("The service graph cannot be read, so that only what templates and annotations name links incidents: {Reason}: {Error}", failure.Reason, failure.Message);
        }
        else if (graph.Failure is null && before is not null)
        {
            log.LogInformation("The service graph can be read again");
        }
    }

    /// <summary>To the millisecond, as times are written down: what comes back from the API server must equal what was sent.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
