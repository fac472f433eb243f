using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Writes alerts down where they belong: into the open incident of their workload, or into a new one. Any replica may receive them, several the same; what
/// an incident knows of an alert is on the incident. What then follows is the same as for a signal that fires.
/// </summary>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Get | RbacVerb.Create)]
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Patch, When = RbacSwitches.Alertmanager, Why = "the annotations in which an incident keeps its alerts")]
public sealed class AlertIntake(KubernetesClient client, AlertRouter router, IncidentBook book, ChronosMetrics metrics, TimeProvider time, ILogger<AlertIntake> log) : IDisposable
{
    private const int Attempts = 5;
    private static readonly WriteOptions Options = new() { FieldManager = ApiGroup.FieldManager };
    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);

    /// <summary>One notification at a time: the same alerts often come in several at once.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes a notification.</summary>
    /// <returns>Whether all of it is where it belongs; if not, it should be sent again.</returns>
    public async Task<bool> TakeAsync(AlertmanagerMessage message, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (message.Truncated > 0)
            {
                metrics.AlertsTruncated(message.Truncated);
                log.LogWarning("Alertmanager left {Truncated} alerts out of a notification to {Receiver} (max_alerts): they are not known here", message.Truncated, message.Receiver);
            }

            var complete = true;
            var routed = message.Alerts.Select(alert => (Alert: alert, Route: router.RouteOf(alert))).ToList();
            foreach (var (alert, route) in routed.Where(one => one.Route.Refusal is not null))
            {
                Count(alert, route.Refusal!, route.Detail);
            }

            foreach (var group in routed.Where(one => one.Route.Refusal is null).GroupBy(one => one.Route.Key))
            {
                var route = group.First().Route with { Open = group.Select(one => one.Route.Open).FirstOrDefault(open => open is not null) };
                complete &= await TryWriteAsync(route, [.. group.Select(one => one.Alert)], message.Truncated, ct).ConfigureAwait(false);
            }

            return complete;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> TryWriteAsync(AlertRoute route, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        try
        {
            return await WriteAsync(route, alerts, truncated, ct).ConfigureAwait(false);
        }
        catch (KubernetesException e)
        {
            // What the server refuses for good would be refused again. An incident that is gone, or a newer one that is not known here yet, will be known when it is sent again.
            var again = e.IsOutcomeUnknown || e.IsTooManyRequests || e.IsConflict || e.IsNotFound;
            log.LogWarning("Alerts of {Workload} could not be written down{Again}: {Error}", route.Key, again ? ", and are asked for again" : "", e.Message);
            alerts.ForEach(alert => Count(alert, again ? AlertOutcomes.Unavailable : AlertOutcomes.Refused, null));
            return !again;
        }
    }

    private async Task<bool> WriteAsync(AlertRoute route, List<ReceivedAlert> alerts, long truncated, CancellationToken ct) =>
        ((route.Open ?? book.OpenOf(route.Key)) is { } open && await MergeAsync(open, alerts, truncated, ct).ConfigureAwait(false)) || await OpenAsync(route, alerts, truncated, ct).ConfigureAwait(false);

    /// <summary>Writes the alerts into an incident. Whoever else changes it at the same time, such as its end, is not written over.</summary>
    /// <returns>False where it is over.</returns>
    private async Task<bool> MergeAsync(Incident incident, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        for (var attempt = 1; !PhaseTable.IsEnd(incident.Status?.Phase) && !incident.IsBeingDeleted(); attempt++)
        {
            var change = AlertChange.Of(incident, alerts, truncated, time.GetUtcNow());
            try
            {
                if (!change.IsEmpty)
                {
                    await _incidents.PatchNamespacedAsync(Patch(change, incident), incident.Namespace() ?? "", incident.Name(), Options, ct).ConfigureAwait(false);
                }

                change.Outcomes.ToList().ForEach(one => Count(one.Alert, one.Outcome, null));
                return true;
            }
            catch (KubernetesException e) when (e.IsConflict && attempt < Attempts)
            {
                incident = await _incidents.ReadNamespacedAsync(incident.Namespace() ?? "", incident.Name(), ct).ConfigureAwait(false);
            }
        }

        return false;
    }

    private async Task<bool> OpenAsync(AlertRoute route, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        alerts.Where(alert => alert.Resolved).ToList().ForEach(alert => Count(alert, AlertOutcomes.NothingOpen, null));
        var past = book.Of(route.Key);
        var known = alerts.Where(alert => !alert.Resolved).ToLookup(alert => past.Any(one => AlertLedger.IsKnown(AlertAnnotations.Find(one, alert.Fingerprint), alert)));
        known[true].ToList().ForEach(alert => Count(alert, AlertOutcomes.Repeated, null));
        if (known[false].ToList() is not { Count: > 0 } news)
        {
            return true;
        }

        // An incident that was found by the alert alone has just ended: the next time the alert is looked for by its labels.
        if (route is not { Workload: { } workload, Policy: { } policy })
        {
            news.ForEach(alert => Count(alert, AlertOutcomes.Unavailable, null));
            return false;
        }

        var change = AlertChange.Of(null, news, truncated, time.GetUtcNow());
        var incident = New(workload, policy, news[0], change);
        try
        {
            await _incidents.CreateNamespacedAsync(incident, route.Key.Namespace, Options, ct).ConfigureAwait(false);
            metrics.IncidentOpened();
            log.LogInformation("Opened incident {Namespace}/{Incident}: {Summary}", route.Key.Namespace, incident.Name(), incident.Spec.Summary);
            change.Outcomes.ToList().ForEach(one => Count(one.Alert, one.Outcome == AlertOutcomes.Merged ? AlertOutcomes.Opened : one.Outcome, null));
            return true;
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            // Opened just now, by another replica or for a signal: the cache is behind.
            var live = await _incidents.ReadNamespacedAsync(route.Key.Namespace, incident.Name(), ct).ConfigureAwait(false);
            if (await MergeAsync(live, news, truncated, ct).ConfigureAwait(false))
            {
                return true;
            }

            news.ForEach(alert => Count(alert, AlertOutcomes.Unavailable, null));
            return false;
        }
    }

    private Incident New(WorkloadSnapshot workload, EffectivePolicy policy, ReceivedAlert first, AlertChange change) => new()
    {
        ApiVersion = ApiResources.Incidents.ApiVersion,
        Kind = ApiResources.Incidents.Kind,
        Metadata = new V1ObjectMeta { Name = book.NextName(workload), NamespaceProperty = workload.Key.Namespace, Annotations = change.Written() },
        Spec = new IncidentSpec
        {
            WorkloadRef = new WorkloadReference { Kind = workload.Key.Kind, Name = workload.Key.Name },
            PolicyRef = new LocalReference { Name = policy.Name },
            Summary = Bounded.Cut(first.Summary is { } said ? $"{SignalReading.AlertPrefix}{first.Name}: {said}" : $"{SignalReading.AlertPrefix}{first.Name}", 256),
            Source = IncidentSource.Alertmanager,
        },
    };

    private static V1Patch Patch(AlertChange change, Incident incident)
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in change.Annotations)
        {
            annotations[key] = value;
        }

        var metadata = new JsonObject { ["resourceVersion"] = incident.ResourceVersion(), ["annotations"] = annotations };
        return new V1Patch(new JsonObject { ["metadata"] = metadata }, V1Patch.PatchType.MergePatch);
    }

    private void Count(ReceivedAlert alert, string outcome, string? detail)
    {
        metrics.Alert(outcome);
        var level = AlertOutcomes.IsExpected(outcome) ? LogLevel.Debug : LogLevel.Information;
        log.Log(level, "Alert {Alert} ({Fingerprint}, {State}): {Outcome}{Detail}", alert.Name, alert.Fingerprint, alert.Resolved ? "resolved" : "firing", outcome, detail is null ? "" : $": {detail}");
    }
}
