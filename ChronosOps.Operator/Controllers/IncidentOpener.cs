using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Controllers;

/// <summary>Opens an incident for every workload on which something fires, unless one is open already, or the signal flaps and is held down.</summary>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Create)]
public sealed class IncidentOpener(KubernetesClient client, IncidentBook book, ChronosMetrics metrics, ILogger<IncidentOpener> log)
{
    /// <summary>A Job that was given up stays so for as long as it is there; after a day it is no news, and its incident may have been cleared away.</summary>
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);

    public async Task OpenAsync(IReadOnlyList<WorkloadReading> readings, CancellationToken ct)
    {
        foreach (var reading in readings.Where(reading => reading.Firing.Any() && IsNews(reading) && book.OpenOf(reading.Workload.Key) is null && !IsHeldDown(reading)))
        {
            try
            {
                await OpenAsync(reading, ct).ConfigureAwait(false);
            }
            catch (KubernetesException e)
            {
                log.LogWarning("No incident could be opened for {Workload}: {Error}", reading.Workload.Key, e.Message);
            }
        }
    }

    /// <summary>Whether it happened under the policy, and lately: whoever applies a policy asks for what comes, not for every Job that was given up before.</summary>
    public static bool IsNews(WorkloadReading reading) =>
        reading.Workload.Job?.FailedAt is not { } failed || (failed >= reading.Policy.CreatedAt && reading.Time - failed < News);

    private bool IsHeldDown(WorkloadReading reading)
    {
        var flaps = Flapping.Of(book.Flaps(reading.Workload.Key.Namespace, reading.Time), reading.Workload.Uid, reading.Workload.Current.Revision, reading.Time);
        return !HoldDown.Opens(reading, flaps);
    }

    private async Task OpenAsync(WorkloadReading reading, CancellationToken ct)
    {
        var key = reading.Workload.Key;
        var first = reading.Firing.First();
        var incident = new Incident
        {
            ApiVersion = ApiResources.Incidents.ApiVersion,
            Kind = ApiResources.Incidents.Kind,
            Metadata = new V1ObjectMeta { Name = book.NextName(reading.Workload), NamespaceProperty = key.Namespace },
            Spec = new IncidentSpec
            {
                WorkloadRef = new WorkloadReference { Kind = key.Kind, Name = key.Name },
                PolicyRef = new LocalReference { Name = reading.Policy.Name },
                Summary = Bounded.Cut($"{first.Signal}: {first.Message}", 256),
                Source = IncidentSource.Operator,
            },
        };
        try
        {
            await _incidents.CreateNamespacedAsync(incident, key.Namespace, new WriteOptions { FieldManager = ApiGroup.FieldManager }, ct).ConfigureAwait(false);
            metrics.IncidentOpened();
            log.LogInformation("Opened incident {Namespace}/{Incident}: {Signal}: {Message}", key.Namespace, incident.Name(), first.Signal, first.Message);
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            // Opened before, by us or by another process: the cache is behind.
        }
    }
}
