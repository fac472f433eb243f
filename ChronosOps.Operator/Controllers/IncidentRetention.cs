using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Deletes incidents that ended long enough ago; their postmortems go with them, by their owner references. What is not over is kept, and so is what does
/// not say when it ended. Quarantine and the count of actions rest on the incidents that exist: they end with them.
/// </summary>
/// <param name="client">Deletes.</param>
/// <param name="keep">How long an incident is kept after its end; zero for ever.</param>
/// <param name="time">The time.</param>
/// <param name="log">Tells what was deleted.</param>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Delete, When = RbacSwitches.IncidentRetention, Why = "those that ended longer ago than incidentRetention")]
public sealed class IncidentRetention(KubernetesClient client, TimeSpan keep, TimeProvider time, ILogger<IncidentRetention> log)
{
    /// <summary>Timers have an end, and clocks are set: it is looked at the time again at least this often.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(12);
    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);

    /// <summary>Deletes the incident if its time is over, and only if it is still the very state that was judged.</summary>
    /// <returns>After how long to look again; null where that is of no use.</returns>
    public async Task<TimeSpan?> EnforceAsync(Incident incident, CancellationToken ct)
    {
        if (keep == TimeSpan.Zero || incident.Status is not { EndedAt: { } ended } status || !PhaseTable.IsEnd(status.Phase))
        {
            return null;
        }

        var left = ended + keep - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return left < LongestWait ? left : LongestWait;
        }

        try
        {
            var options = new DeleteOptions { Uid = incident.Uid(), ResourceVersion = incident.ResourceVersion(), PropagationPolicy = "Background" };
            await _incidents.DeleteNamespacedAsync(incident.Namespace() ?? "", incident.Name(), options, ct).ConfigureAwait(false);
            log.LogInformation("Deleted incident {Namespace}/{Incident}: it ended at {EndedAt:O} as {Phase}", incident.Namespace(), incident.Name(), ended, status.Phase);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // Somebody else was faster.
        }

        return null;
    }
}
