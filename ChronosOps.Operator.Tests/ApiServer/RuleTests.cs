using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What a server that knows rules in CEL refuses at once, in words; an older one takes it, and the operator reports it.</summary>
[Trait("Tier", "crds")]
public class RuleTests
{
    private const string Objects = "/apis/chronosops.io/v1alpha1/namespaces/default";

    public static TheoryData<string, string, string> Wrong => new()
    {
        { """{"workloads":{}}""", "spec.workloads", "give name, selector or both" },
        { Signal("""{"name":"a","threshold":"5%"}"""), "spec.signals[0]", "give exactly one of preset and query" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","query":"up","threshold":"5%"}"""), "spec.signals[0]", "give exactly one of preset and query" },
        { Signal("""{"name":"a","preset":"HttpLatencyP95","threshold":"0.5"}"""), "spec.signals[0]", "threshold must be a duration such as 500ms" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"500ms"}"""), "spec.signals[0]", "threshold must be a ratio such as 0.05, or a percentage" },
        { Signal("""{"name":"a","preset":"MemorySaturation","threshold":"5m"}"""), "spec.signals[0]", "threshold must be a ratio such as 0.05, or a percentage" },
        { Signal("""{"name":"a","preset":"MemoryGrowth","threshold":"80%"}"""), "spec.signals[0]", "threshold must be a duration from 3m to 6h such as 30m" },
        { Signal("""{"name":"a","preset":"MemoryGrowth","threshold":"2m"}"""), "spec.signals[0]", "threshold must be a duration from 3m to 6h such as 30m" },
        { Signal("""{"name":"a","preset":"QueueLag","threshold":"5%"}"""), "spec.signals[0]", "threshold must be a number of records" },
        { Signal("""{"name":"a","query":"up"}"""), "spec.signals[0]", "give a threshold; all but MemoryGrowth may have a baseline or a trend instead" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio"}"""), "spec.signals[0]", "give a threshold; all but MemoryGrowth may have a baseline or a trend instead" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"5%","trend":{"limit":"1"}}"""), "spec.signals[0]", "a trend is for what fills up" },
        { Signal("""{"name":"a","preset":"MemoryGrowth","threshold":"30m","baseline":{}}"""), "spec.signals[0]", "MemoryGrowth has no baseline" },
        { Signal("""{"name":"a","query":"up","threshold":"1","match":"All"}"""), "spec.signals[0]", "match is for a mix of judgements" },
        { Signal("""{"name":"a","query":"up","trend":{"limit":"1","horizon":"800h"}}"""), "spec.signals[0].trend.horizon", "must be from 5m to 720h" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"5%","window":"1s"}"""), "spec.signals[0].window", "must be from 5s to 1h" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"5%","for":"2h"}"""), "spec.signals[0].for", "must be from 0s to 1h" },
        { Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"5%","grace":"61m"}"""), "spec.signals[0].grace", "must be from 0s to 1h" },
        { """{"workloads":{"name":"none"},"rolloutDeadline":"1s"}""", "spec.rolloutDeadline", "must be from 5s to 1h" },
        { """{"workloads":{"name":"none"},"remediation":{"ladder":["Rollback","Rollback"]}}""", "spec.remediation.ladder", "names an action twice" },
        { """{"workloads":{"name":"none"},"knownGood":{"minimumDuration":"700h"}}""", "spec.knownGood.minimumDuration", "must be from 0s to 168h" },
        { """{"workloads":{"name":"none"},"verification":{"timeout":"1s"}}""", "spec.verification.timeout", "must be from 10s to 2h" },
        { """{"workloads":{"name":"none"},"verification":{"recurrenceWatch":"48h"}}""", "spec.verification.recurrenceWatch", "must be from 0s to 24h" },
    };

    public static TheoryData<string> Right =>
    [
        """{"workloads":{"name":"none"}}""",
        """{"workloads":{"selector":{}},"rolloutDeadline":"1h","knownGood":{"minimumDuration":"168h"},"verification":{"timeout":"10s","recurrenceWatch":"0s"},"remediation":{"ladder":[]}}""",
        Signal("""{"name":"a","preset":"HttpErrorRatio","threshold":"5%","window":"1h","for":"0s","grace":"59m59s999ms"}"""),
        Signal("""{"name":"a","preset":"MemoryGrowth","threshold":"30m"},{"name":"b","preset":"QueueLag","threshold":"1000"},{"name":"c","preset":"HttpLatencyP95","threshold":"1m"}"""),
        Signal("""{"name":"a","query":"up","baseline":{}},{"name":"b","query":"up","trend":{"limit":"100%","horizon":"30m","direction":"Falling"}},{"name":"c","query":"up","threshold":"90%","baseline":{"sensitivity":"High","direction":"Both"},"match":"All"}"""),
        Signal("""{"name":"a","preset":"HttpLatencyP95","threshold":"500ms","baseline":{}},{"name":"b","preset":"MemorySaturation","threshold":"95%","trend":{"limit":"100%"}}"""),
        Signal("""{"name":"a","preset":"HttpLatencyP95","threshold":"0.5s"},{"name":"b","query":"up","threshold":"1"}"""),
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task AWrongPolicyIsRefusedWithTheRulesMessage(string spec, string field, string message)
    {
        var cluster = await ApiServerCluster.GetAsync();
        await RefusedAsync(() => cluster.Client.SendAsync(HttpMethod.Post, $"{Objects}/remediationpolicies?dryRun=All", Policy("wrong", spec), ct: ApiServerWorld.Ct), field, message);
    }

    /// <summary>The rules and the operator must agree: what passes here, it takes.</summary>
    [Theory]
    [MemberData(nameof(Right))]
    public async Task WhatIsRightIsTakenByServerAndOperator(string spec)
    {
        var cluster = await ApiServerCluster.GetAsync();
        var taken = await cluster.Client.SendAsync(HttpMethod.Post, $"{Objects}/remediationpolicies?dryRun=All", Policy("right", spec), ct: ApiServerWorld.Ct);
        var policy = System.Text.Json.JsonSerializer.Deserialize(taken!, ApiResources.Policies.Json)!;
        Assert.Empty(PolicyCompiler.Compile(policy).Errors);
    }

    [Fact]
    public async Task TheSpecOfAnIncidentCannotBeChangedAndOneThatHasEndedStaysEnded()
    {
        var cluster = await ApiServerCluster.GetAsync();
        var name = $"i-{Guid.NewGuid():n}"[..20];
        var path = $"{Objects}/incidents/{name}";
        await cluster.Client.SendAsync(HttpMethod.Post, $"{Objects}/incidents", Object("Incident", name, """{"workloadRef":{"name":"web"}}"""), ct: ApiServerWorld.Ct);
        try
        {
            await RefusedAsync(() => PatchAsync(path, """{"spec":{"summary":"another"}}"""), "spec", "an incident's spec cannot be changed; delete it and create another");
            await PatchAsync(path, """{"metadata":{"labels":{"seen":"yes"}}}""");
            await PatchAsync($"{path}/status", """{"status":{"phase":"Observing"}}""");
            await PatchAsync($"{path}/status", """{"status":{"phase":"Resolved"}}""");
            await PatchAsync($"{path}/status", """{"status":{"postmortem":{"configMap":"p"}}}""");
            foreach (var phase in new[] { "\"Observing\"", "\"Dismissed\"", "null" })
            {
                await RefusedAsync(() => PatchAsync($"{path}/status", $$$"""{"status":{"phase":{{{phase}}}}}"""), "status", "an incident that has ended stays ended");
            }
        }
        finally
        {
            await cluster.Client.SendAsync(HttpMethod.Delete, path, ct: CancellationToken.None);
        }

        Task<JsonNode?> PatchAsync(string target, string json) =>
            cluster.Client.SendAsync(HttpMethod.Patch, target, JsonNode.Parse(json), "application/merge-patch+json", ApiServerWorld.Ct);
    }

    [Fact]
    public async Task AFieldThatDoesNotExistIsRefusedWhereTheClientAsksForStrictness()
    {
        var cluster = await ApiServerCluster.GetAsync();
        var body = Policy("typo", """{"workloads":{"name":"web"},"singals":[]}""");
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() =>
            cluster.Client.SendAsync(HttpMethod.Post, $"{Objects}/remediationpolicies?dryRun=All&fieldValidation=Strict", body, ct: ApiServerWorld.Ct));
        Assert.Contains("unknown field \"spec.singals\"", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(Func<Task> write, string field, string message)
    {
        var refusal = await Assert.ThrowsAsync<KubernetesException>(write);
        Assert.True(refusal.IsInvalid, refusal.Message);
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static string Signal(string signals) => $$"""{"workloads":{"name":"none"},"signals":[{{signals}}]}""";

    private static JsonObject Policy(string name, string spec) => Object("RemediationPolicy", name, spec);

    private static JsonObject Object(string kind, string name, string spec) =>
        new() { ["apiVersion"] = "chronosops.io/v1alpha1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) };
}
