using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What no schema of this server can refuse the operator reports in the status, by the name of the field; and it goes on working.</summary>
[Trait("Tier", "apiserver")]
public class ReportedObjectTests
{
    private static readonly (string Spec, string Field)[] Policies =
    [
        ("""{"workloads":{}}""", "spec.workloads"),
        ("""{"workloads":{"selector":{"matchExpressions":[{"key":"app","operator":"In"}]}}}""", "spec.workloads.selector.matchExpressions[0].values"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","threshold":"5%"}]}""", "spec.signals[0]"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio","query":"up","threshold":"5%"}]}""", "spec.signals[0]"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio"}]}""", "spec.signals[0].threshold"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","query":"up","trend":{"limit":"1","horizon":"800h"}}]}""", "spec.signals[0].trend.horizon"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpLatencyP95","threshold":"0.5"}]}""", "spec.signals[0].threshold"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio","threshold":"500ms"}]}""", "spec.signals[0].threshold"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio","threshold":"200%"}]}""", "spec.signals[0].threshold"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","query":"sum(up","threshold":"1"}]}""", "spec.signals[0].query"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","query":"up{namespace=\"kube-system\"}","threshold":"1"}]}""", "spec.signals[0].query"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","query":"label_replace(up, \"namespace\", \"x\", \"\", \"\")","threshold":"1"}]}""", "spec.signals[0].query"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio","threshold":"5%","window":"1s"}]}""", "spec.signals[0].window"),
        ("""{"workloads":{"name":"none"},"signals":[{"name":"a","preset":"HttpErrorRatio","threshold":"5%","for":"2h"}]}""", "spec.signals[0].for"),
        ("""{"workloads":{"name":"none"},"rolloutDeadline":"1s"}""", "spec.rolloutDeadline"),
        ("""{"workloads":{"name":"none"},"remediation":{"ladder":["Rollback","Rollback"]}}""", "spec.remediation.ladder"),
        ("""{"workloads":{"name":"none"},"knownGood":{"minimumDuration":"700h"}}""", "spec.knownGood.minimumDuration"),
        ("""{"workloads":{"name":"none"},"verification":{"timeout":"1s"}}""", "spec.verification.timeout"),
        ("""{"workloads":{"name":"none"},"verification":{"recurrenceWatch":"48h"}}""", "spec.verification.recurrenceWatch"),
    ];

    private static readonly (string Spec, string Reason, string Field)[] Incidents =
    [
        ("""{"workloadRef":{"name":"nowhere"}}""", "WorkloadNotFound", "spec.workloadRef.name"),
        ("""{"workloadRef":{"name":"web"},"policyRef":{"name":"missing"}}""", "PolicyNotFound", "spec.policyRef.name"),
        ("""{"workloadRef":{"name":"web"},"policyRef":{"name":"wrong-0"}}""", "PolicyNotFound", "spec.policyRef.name"),
        ("""{"workloadRef":{"name":"web"},"policyRef":{"name":"other"}}""", "PolicyDoesNotGovern", "spec.policyRef.name"),
        ("""{"workloadRef":{"name":"lonely"}}""", "NoPolicy", "spec.workloadRef"),
    ];

    [Fact]
    public async Task WrongPoliciesAndIncidentsAreReportedByFieldAndTheOperatorStillHeals()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ApplyAsync(Manifests.Deployment("lonely", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("other", "another"));
        for (var i = 0; i < Policies.Length; i++)
        {
            await world.ApplyAsync(Object("RemediationPolicy", $"wrong-{i}", Policies[i].Spec));
        }

        for (var i = 0; i < Policies.Length; i++)
        {
            var ready = await world.PolicyConditionAsync($"wrong-{i}", "Ready", "False");
            Assert.True(ready.Message.Contains(Policies[i].Field, StringComparison.Ordinal), $"{Policies[i].Spec}: {ready.Message}");
        }

        await IncidentsAsync(world);
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync("resolved by the operator", one => one.Spec.Source == IncidentSource.Operator && one.Status?.Phase == IncidentPhase.Resolved);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await running.GetAsync("/healthz")).Status);
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task APolicyThatAnotherOneOutranksSaysWhichOne()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ApplyAsync(Manifests.Policy("a-first", "web", "Observe"));
        var ready = await Waiting.ForAsync("the policy to say that it is outranked", async () =>
            (await world.Client.For(ApiResources.Policies).ReadNamespacedAsync(world.Namespace, "policy", ApiServerWorld.Ct)).Status?.Conditions.FirstOrDefault(one => one is { Type: "Ready", Reason: "GovernedByOthers" }),
            () => Task.FromResult("it does not"));
        Assert.Equal(("True", "valid, but what it selects is governed by other policies: web by a-first in mode Observe"), (ready.Status, ready.Message));
    }

    [Fact]
    public async Task ASignalThatCannotBeJudgedIsNamedWithTheReason()
    {
        await using var world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.RequestsPerSecond = 0;
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartAsync(world);
        var condition = await world.PolicyConditionAsync("policy", "SignalsAvailable", "Unknown");
        Assert.Matches(@"^cannot be judged: web errors \((no requests were measured|too little traffic|in the grace of 2s after the rollout began)\), web latency \(", condition.Message);
    }

    private static async Task IncidentsAsync(ApiServerWorld world)
    {
        for (var i = 0; i < Incidents.Length; i++)
        {
            await world.ApplyAsync(Object("Incident", $"wrong-{i}", Incidents[i].Spec));
        }

        for (var i = 0; i < Incidents.Length; i++)
        {
            var (spec, reason, field) = Incidents[i];
            var name = $"wrong-{i}";
            var incident = await Waiting.ForAsync($"incident {spec}", async () =>
                (await world.IncidentsAsync()).FirstOrDefault(one => one.Metadata.Name == name && one.Status?.Phase == IncidentPhase.Escalated));
            Assert.True(incident.Status!.Reason == reason && incident.Status.Message!.Contains(field, StringComparison.Ordinal), $"{spec}: {Waiting.Story(incident)}");
            await world.Client.SendAsync(HttpMethod.Delete, $"/apis/chronosops.io/v1alpha1/namespaces/{world.Namespace}/incidents/{name}", ct: ApiServerWorld.Ct);
        }
    }

    private static JsonObject Object(string kind, string name, string spec) =>
        new() { ["apiVersion"] = "chronosops.io/v1alpha1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) };
}
