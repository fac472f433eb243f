using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Waits for what the cluster and the operator come to, and says what was there instead when it does not come.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks until the question has an answer.</summary>
    /// <param name="what">What is waited for.</param>
    /// <param name="look">Null while it is not there.</param>
    /// <param name="otherwise">What is there instead, for the failure.</param>
    /// <param name="patience">How long; a minute by default.</param>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> look, Func<Task<string>>? otherwise = null, TimeSpan? patience = null)
        where T : class
    {
        var limit = TimeProvider.System.GetUtcNow() + (patience ?? ApiServerWorld.Patience);
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (TimeProvider.System.GetUtcNow() > limit)
            {
                Assert.Fail($"waited in vain for {what}; {(otherwise is null ? "nothing" : await otherwise())}");
            }

            await Task.Delay(Beat, ApiServerWorld.Ct);
        }
    }

    /// <summary>The newest incident of a workload once it is in a phase. Fails at once in a phase that it does not leave by itself.</summary>
    public static Task<Incident> IncidentAsync(this ApiServerWorld world, IncidentPhase phase, string workload = "web", TimeSpan? patience = null) =>
        world.IncidentAsync(phase.ToString(), incident => incident.Status?.Phase == phase, workload, patience);

    public static Task<Incident> IncidentAsync(this ApiServerWorld world, string what, Func<Incident, bool> matches, string workload = "web", TimeSpan? patience = null) =>
        ForAsync(
            $"an incident of {workload} that is {what}",
            async () => (await world.IncidentsAsync()).FirstOrDefault(incident => incident.Spec.WorkloadRef.Name == workload && matches(incident)),
            async () => "there is " + string.Join(" | ", (await world.IncidentsAsync()).Select(Story).DefaultIfEmpty("no incident")),
            patience);

    /// <summary>An incident that escalated, with its reason checked.</summary>
    public static async Task<Incident> EscalatedAsync(this ApiServerWorld world, string reason, string workload = "web")
    {
        var incident = await world.IncidentAsync(IncidentPhase.Escalated, workload);
        Assert.True(incident.Status!.Reason == reason, $"escalated, but not because of {reason}: {Story(incident)}");
        return incident;
    }

    /// <summary>The incident that a gate stands in the way of by itself: its last decision is that gate's, and every other gate allows.</summary>
    public static async Task<Incident> StoppedByAsync(this ApiServerWorld world, string gate, string verdict, string reason)
    {
        var incident = await world.IncidentAsync($"stopped by {gate}", one => Judged(one) is { } last && (last.Verdict, last.Reason) == (verdict, reason));
        var decision = Judged(incident)!;
        Assert.StartsWith($"{gate}: ", decision.Message, StringComparison.Ordinal);
        Assert.Equal([(gate, verdict)], decision.Gates.Where(one => one.Verdict != "Allow").Select(one => (one.Gate, one.Verdict)));
        return incident;

        static DecisionRecord? Judged(Incident incident) => incident.Status?.Decisions.LastOrDefault(one => one.Gates.Count > 0);
    }

    public static Task<V1Condition> PolicyConditionAsync(this ApiServerWorld world, string policy, string type, string status)
    {
        return ForAsync(
            $"condition {type}={status} of policy {policy}",
            async () => Find(await ReadAsync()) is { } condition && condition.Status == status ? condition : null,
            async () => $"it has {string.Join(", ", (await ReadAsync()).Status?.Conditions.Select(c => $"{c.Type}={c.Status} ({c.Reason}: {c.Message})") ?? [])}");

        Task<RemediationPolicy> ReadAsync() => world.Client.For(ApiResources.Policies).ReadNamespacedAsync(world.Namespace, policy, ApiServerWorld.Ct);
        V1Condition? Find(RemediationPolicy found) => found.Status?.Conditions.FirstOrDefault(condition => condition.Type == type);
    }

    /// <summary>The rollout of a Deployment is complete.</summary>
    public static Task RolledOutAsync(this ApiServerWorld world, string workload = "web") =>
        ForAsync($"the rollout of {workload}", async () =>
        {
            var live = await world.DeploymentAsync(workload);
            var (status, replicas) = (live["status"], (int?)live["spec"]!["replicas"]);
            return (long?)status?["observedGeneration"] >= (long?)live["metadata"]!["generation"] && (int?)status?["updatedReplicas"] == replicas
                && (int?)status?["replicas"] == replicas && (int?)status?["availableReplicas"] == replicas ? live : null;
        });

    /// <summary>Time in which something could happen that must not.</summary>
    public static Task QuietlyAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), ApiServerWorld.Ct);

    public static string Story(Incident incident) =>
        $"{incident.Metadata.Name} {incident.Status?.Phase} {incident.Status?.Reason}: {incident.Status?.Message} [{string.Join(" > ", incident.Status?.Timeline.Select(t => $"{t.Phase}/{t.Reason}") ?? [])}]";
}
