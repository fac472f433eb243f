using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>What came of what fires on a workload without an open incident.</summary>
public enum OpeningResult
{
    /// <summary>An incident was opened.</summary>
    Opened,

    /// <summary>There is one already, opened just now: the cache is behind.</summary>
    Exists,

    /// <summary>It is of a Job that was given up before the policy, or long ago.</summary>
    NoNews,

    /// <summary>All that fires flaps, and is held down for a while.</summary>
    HeldDown,
}

/// <summary>The one place where incidents are made: for a signal that fires and for an alert alike, unless it is no news, or it flaps and is held down.</summary>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Create)]
public sealed class IncidentOpener(KubernetesClient client, IncidentBook book, ChronosMetrics metrics, ILogger<IncidentOpener> log)
{
    /// <summary>A Job that was given up stays so for as long as it is there; after a day it is no news, and its incident may have been cleared away.</summary>
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    private static readonly Dictionary<string, string> NoAlerts = [];
    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);

    /// <summary>Opens an incident for every workload on which something fires and that has none.</summary>
    public async Task OpenAsync(IReadOnlyList<WorkloadReading> readings, CancellationToken ct)
    {
        metrics.SignalsHeldDown(HeldDown(readings));
        foreach (var reading in readings.Where(reading => reading.Firing.Any() && book.OpenOf(reading.Workload.Key) is null && !book.IsAboutToBeTakenUp(reading.Workload.Key, reading.Policy.Name)))
        {
            try
            {
                await OpenAsync(reading, NoAlerts, ct).ConfigureAwait(false);
            }
            catch (KubernetesException e)
            {
                log.LogWarning("No incident could be opened for {Workload}: {Error}", reading.Workload.Key, e.Message);
            }
        }
    }

    /// <summary>Opens an incident for what fires on a workload that has none.</summary>
    /// <param name="reading">The workload, its policy, and what fires.</param>
    /// <param name="alerts">The annotations of the alerts that it is opened for. Those that wait in the workload's last incident are added.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>What came of it, and the name of the incident where there is one.</returns>
    /// <exception cref="KubernetesException">The API server did not take it.</exception>
    public async Task<(OpeningResult Result, string Name)> OpenAsync(WorkloadReading reading, IReadOnlyDictionary<string, string> alerts, CancellationToken ct)
    {
        if (!IsNews(reading))
        {
            return (OpeningResult.NoNews, "");
        }

        if (!HoldDown.Opens(reading, FlapsOf(reading)))
        {
            return (OpeningResult.HeldDown, "");
        }

        var incident = New(reading, alerts);
        try
        {
            await _incidents.CreateNamespacedAsync(incident, reading.Workload.Key.Namespace, new WriteOptions { FieldManager = ApiGroup.FieldManager }, ct).ConfigureAwait(false);
            metrics.IncidentOpened();
            log.LogInformation("Opened incident {Namespace}/{Incident}: {Summary}", reading.Workload.Key.Namespace, incident.Name(), incident.Spec.Summary);
            return (OpeningResult.Opened, incident.Name());
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            return (OpeningResult.Exists, incident.Name());
        }
    }

    /// <summary>
    /// Whether it happened under the policy, and lately: whoever applies a policy asks for what comes, not for every Job that was given up before. What fires on a workload
    /// that serves is trouble now, since whenever it does: so is an alert that began before the policy.
    /// </summary>
    public static bool IsNews(WorkloadReading reading) =>
        reading.Workload.Job?.FailedAt is not { } failed || (failed >= reading.Policy.CreatedAt && reading.Time - failed < News);

    /// <summary>How many signals of all that is watched flap and are held down, whether they fire at this moment or not.</summary>
    private int HeldDown(IReadOnlyList<WorkloadReading> readings) =>
        (from space in readings.GroupBy(reading => reading.Workload.Key.Namespace)
         let flaps = book.Flaps(space.Key, space.First().Time)
         where flaps.Count > 0
         from reading in space
         from flap in Flapping.Of(flaps, reading.Workload.Uid, reading.Workload.Current.Revision, reading.Time)
         where reading.Time < flap.Until
         select flap).Count();

    private IReadOnlyList<FlappingSignal> FlapsOf(WorkloadReading reading) =>
        Flapping.Of(book.Flaps(reading.Workload.Key.Namespace, reading.Time), reading.Workload.Uid, reading.Workload.Current.Revision, reading.Time);

    private Incident New(WorkloadReading reading, IReadOnlyDictionary<string, string> alerts)
    {
        var key = reading.Workload.Key;
        var first = reading.Firing.First();
        return new Incident
        {
            ApiVersion = ApiResources.Incidents.ApiVersion,
            Kind = ApiResources.Incidents.Kind,
            Metadata = new V1ObjectMeta { Name = book.NextName(reading.Workload), NamespaceProperty = key.Namespace, Annotations = Annotations(key, alerts) },
            Spec = new IncidentSpec
            {
                WorkloadRef = new WorkloadReference { Kind = key.Kind, Name = key.Name },
                PolicyRef = new LocalReference { Name = reading.Policy.Name },
                Summary = Bounded.Cut($"{first.Signal}: {first.Message}", 256),
                Source = reading.Firing.All(signal => signal.IsAlert) ? IncidentSource.Alertmanager : IncidentSource.Operator,
            },
        };
    }

    private Dictionary<string, string>? Annotations(WorkloadKey workload, IReadOnlyDictionary<string, string> alerts)
    {
        var waiting = from alert in book.KeeperOf(workload) is { } last ? AlertAnnotations.Waiting(last) : new Dictionary<string, AlertRecord>()
                      select KeyValuePair.Create(AlertAnnotations.KeyOf(alert.Key), AlertAnnotations.Write(alert.Value));
        var all = alerts.Concat(waiting).DistinctBy(one => one.Key).Take(AlertAnnotations.Most).ToDictionary();
        return all.Count == 0 ? null : all;
    }
}
