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
/// Writes alerts down where they belong: into the open incident of their workload, into a new one, or, where they flap, into the last one until the hold is over. Any replica may receive them, several the same; what
/// an incident knows of an alert is on the incident. What then follows is the same as for a signal that fires.
/// </summary>
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Get)]
[EntityRbac(typeof(Incident), Verbs = RbacVerb.Patch, When = RbacSwitches.Alertmanager, Why = "the annotations in which an incident keeps its alerts")]
public sealed class AlertIntake(
    KubernetesClient client, AlertRouter router, IncidentBook book, IncidentOpener opener, AlertReadings readings, ChronosMetrics metrics, TimeProvider time, ILogger<AlertIntake> log) : IDisposable
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
                var route = group.First().Route with { Keeper = group.Select(one => one.Route.Keeper).FirstOrDefault(keeper => keeper is not null) };
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

    private async Task<bool> WriteAsync(AlertRoute route, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        var keeper = route.Keeper ?? book.KeeperOf(route.Key);
        return (keeper is not null && IsOpen(keeper) && await NoteAsync(keeper, alerts, truncated, ct).ConfigureAwait(false))
            || await OpenAsync(route, keeper, alerts, truncated, ct).ConfigureAwait(false);
    }

    /// <summary>Writes the alerts into an incident. Whoever else changes it at the same time, such as its end, is not written over.</summary>
    /// <returns>False where it was open and is over, or where it goes.</returns>
    private async Task<bool> NoteAsync(Incident incident, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        var open = IsOpen(incident);
        for (var attempt = 1; IsOpen(incident) == open && !incident.IsBeingDeleted(); attempt++)
        {
            var change = AlertChange.Of(incident, alerts, truncated, time.GetUtcNow());
            try
            {
                if (!change.IsEmpty)
                {
                    await _incidents.PatchNamespacedAsync(Patch(change, incident), incident.Namespace() ?? "", incident.Name(), Options, ct).ConfigureAwait(false);
                }

                CountAll(change, AlertOutcomes.Merged, open ? AlertOutcomes.Merged : AlertOutcomes.HeldDown);
                return true;
            }
            catch (KubernetesException e) when (e.IsConflict && attempt < Attempts)
            {
                incident = await _incidents.ReadNamespacedAsync(incident.Namespace() ?? "", incident.Name(), ct).ConfigureAwait(false);
            }
        }

        return false;
    }

    /// <summary>Opens an incident for what is news. What waits in the last one is noted there: whether it still fires when the hold is over, detection looks for.</summary>
    private async Task<bool> OpenAsync(AlertRoute route, Incident? last, List<ReceivedAlert> alerts, long truncated, CancellationToken ct)
    {
        var waiting = last is null ? [] : alerts.Where(alert => AlertAnnotations.Waiting(last).ContainsKey(alert.Fingerprint)).ToList();
        var complete = waiting.Count == 0 || await NoteOrAskAgainAsync(last, waiting, truncated, ct).ConfigureAwait(false);
        var others = alerts.Except(waiting).ToList();
        others.Where(alert => alert.Resolved).ToList().ForEach(alert => Count(alert, AlertOutcomes.NothingOpen, null));
        var past = book.Of(route.Key);
        var known = others.Where(alert => !alert.Resolved).ToLookup(alert => past.Any(one => AlertLedger.IsKnown(AlertAnnotations.Find(one, alert.Fingerprint), alert)));
        known[true].ToList().ForEach(alert => Count(alert, AlertOutcomes.Repeated, null));
        return known[false].ToList() is { Count: > 0 } news ? complete & await OpenAsync(route, news, last, truncated, ct).ConfigureAwait(false) : complete;
    }

    private async Task<bool> OpenAsync(AlertRoute route, List<ReceivedAlert> news, Incident? last, long truncated, CancellationToken ct)
    {
        // An incident that was found by the alert alone has just ended: the next time the alert is looked for by its labels.
        if (route is not { Workload: { } workload, Policy: { } policy })
        {
            return AskAgain(news);
        }

        var now = time.GetUtcNow();
        var change = AlertChange.Of(null, news, truncated, now);
        var annotations = change.Written();
        var signals = readings.Of(new Incident { Metadata = new V1ObjectMeta { Annotations = annotations } }, now);
        var reading = new WorkloadReading { Time = now, Workload = workload, Policy = policy, Signals = signals, Traffic = WorkloadTraffic.None };
        var (result, name) = await opener.OpenAsync(reading, annotations, ct).ConfigureAwait(false);
        switch (result)
        {
            case OpeningResult.Opened:
                CountAll(change, AlertOutcomes.Merged, AlertOutcomes.Opened);
                return true;
            case OpeningResult.NoNews:
                news.ForEach(alert => Count(alert, AlertOutcomes.NoNews, $"{route.Key} was given up before the policy was made, or long ago"));
                return true;
            case OpeningResult.HeldDown:
                return await NoteOrAskAgainAsync(last, news, truncated, ct).ConfigureAwait(false);
            default:
                // Opened just now, by another replica or for a signal: the cache is behind.
                var live = await _incidents.ReadNamespacedAsync(route.Key.Namespace, name, ct).ConfigureAwait(false);
                return (IsOpen(live) && await NoteAsync(live, news, truncated, ct).ConfigureAwait(false)) || AskAgain(news);
        }
    }

    private async Task<bool> NoteOrAskAgainAsync(Incident? incident, List<ReceivedAlert> alerts, long truncated, CancellationToken ct) =>
        (incident is not null && await NoteAsync(incident, alerts, truncated, ct).ConfigureAwait(false)) || AskAgain(alerts);

    private bool AskAgain(List<ReceivedAlert> alerts)
    {
        alerts.ForEach(alert => Count(alert, AlertOutcomes.Unavailable, null));
        return false;
    }

    private static bool IsOpen(Incident incident) => !PhaseTable.IsEnd(incident.Status?.Phase);

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

    private void CountAll(AlertChange change, string outcome, string counted) =>
        change.Outcomes.ToList().ForEach(one => Count(one.Alert, one.Outcome == outcome ? counted : one.Outcome, null));

    private void Count(ReceivedAlert alert, string outcome, string? detail)
    {
        metrics.Alert(outcome);
        var level = AlertOutcomes.IsExpected(outcome) ? LogLevel.Debug : LogLevel.Information;
        log.Log(level, "Alert {Alert} ({Fingerprint}, {State}): {Outcome}{Detail}", alert.Name, alert.Fingerprint, alert.Resolved ? "resolved" : "firing", outcome, detail is null ? "" : $": {detail}");
    }
}
