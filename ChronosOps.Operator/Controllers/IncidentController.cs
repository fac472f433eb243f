using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Leads an incident from phase to phase. Each transition is one status write, fenced by the resource version; only when it is written does the next
/// phase begin, so that an effect never precedes its record.
/// </summary>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Get)]
[EntityRbac(typeof(Incident), Subresource = "status", Verbs = RbacVerb.Patch)]
public sealed class IncidentController(
    KubernetesClient client, WorkloadCatalog catalog, PolicyRegistry policies, SignalBoard board,
    IReadOnlyDictionary<IncidentPhase, IPhase> phases, OpenPhase open, IncidentJournal journal, IncidentRetention retention, IncidentChains chains, AlertReadings alerts, TimeProvider time) : IEntityController<Incident>
{
    /// <summary>More transitions than this in one go mean a loop: the rest waits for the next evaluation.</summary>
    private const int MaxTransitions = 6;
    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);

    public async Task<ReconciliationResult<Incident>> ReconcileAsync(Incident entity, CancellationToken ct)
    {
        for (var i = 0; i < MaxTransitions; i++)
        {
            // Always the live object: a phase must not be run twice because a cache is behind.
            var incident = await _incidents.FindNamespacedAsync(entity.Namespace() ?? "", entity.Name(), ct).ConfigureAwait(false);
            if (incident is null || incident.IsBeingDeleted())
            {
                return ReconciliationResult<Incident>.Success(entity);
            }

            await journal.EnsurePostmortemAsync(incident, ct).ConfigureAwait(false);
            if (PhaseTable.IsEnd(incident.Status?.Phase))
            {
                return ReconciliationResult<Incident>.Success(incident, await retention.EnforceAsync(incident, ct).ConfigureAwait(false));
            }

            var (written, result) = await StepAsync(incident, ct).ConfigureAwait(false);
            if (result.Happening is null)
            {
                return ReconciliationResult<Incident>.Success(written, result.After);
            }
        }

        return ReconciliationResult<Incident>.Success(entity, TimeSpan.FromSeconds(1));
    }

    public Task<ReconciliationResult<Incident>> DeletedAsync(Incident entity, CancellationToken ct)
    {
        journal.Forget(entity);
        return Task.FromResult(ReconciliationResult<Incident>.Success(entity));
    }

    private async Task<(Incident Written, PhaseResult Result)> StepAsync(Incident incident, CancellationToken ct)
    {
        if (!catalog.Sees(incident.Spec.WorkloadRef.Kind))
        {
            // Nobody waited for the cache of that kind: that one is not in it yet does not mean that it is gone.
            return (incident, PhaseResult.Wait());
        }

        var before = incident.Status is null ? "" : JsonSerializer.Serialize(incident.Status, ChronosJson.Default.IncidentStatus);
        var context = ContextOf(incident);
        var phase = incident.Status?.Phase is { } present ? phases[present] : open;
        incident.Status ??= context.Status;
        GoverningPolicy.Note(context);
        var link = chains.Note(context);
        var result = await phase.RunAsync(context, ct).ConfigureAwait(false);
        if (result.Happening is { } happening)
        {
            Transition.Apply(context.Status, happening, incident.Generation(), time.GetUtcNow());
        }
        else if (context.Status.Phase is null)
        {
            return (incident, result);
        }

        Bounded.Fit(context.Status);
        if (JsonSerializer.Serialize(context.Status, ChronosJson.Default.IncidentStatus) == before)
        {
            return (incident, result);
        }

        var written = await _incidents.PatchStatusNamespacedAsync(incident, context.Key.Namespace, incident.Name(), new WriteOptions { FieldManager = ApiGroup.FieldManager }, ct).ConfigureAwait(false);
        if (result.Happening is { } told)
        {
            await journal.TellAsync(written, told, ct).ConfigureAwait(false);
        }

        if (link is not null)
        {
            await journal.TellLinkAsync(written, link, ct).ConfigureAwait(false);
        }

        return (written, result);
    }

    private IncidentContext ContextOf(Incident incident)
    {
        var status = incident.Status ?? new IncidentStatus();
        var key = new WorkloadKey(incident.Spec.WorkloadRef.Kind, incident.Namespace() ?? "", incident.Spec.WorkloadRef.Name);
        var workload = catalog.Find(key);
        if (status.WorkloadUid is { } uid && workload?.Uid != uid)
        {
            workload = null;
        }

        var policy = workload is null ? null : GoverningPolicy.Of(incident, policies.Governing(workload));
        var reading = board.Find(key);
        return new IncidentContext
        {
            Incident = incident,
            Status = status,
            Now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            Key = key,
            Workload = workload,
            Policy = policy,
            Reading = reading is not null && reading.Policy.Uid == policy?.Uid && reading.Workload.Uid == workload?.Uid ? alerts.Join(reading, incident) : null,
        };
    }
}
