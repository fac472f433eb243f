using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Wrong policies and incidents that the API server refuses by the schema, naming the field.</summary>
[Trait("Tier", "apiserver")]
[Trait("Tier", "crds")]
public class RefusedObjectTests
{
    private const string Signal = """{"name":"errors","preset":"HttpErrorRatio","threshold":"5%"}""";

    public static TheoryData<string, string> Policies => new()
    {
        { """{"mode":"Yolo","workloads":{"name":"web"}}""", "spec.mode" },
        { """{"mode":1,"workloads":{"name":"web"}}""", "spec.mode" },
        { """{"mode":"autonomous","workloads":{"name":"web"}}""", "spec.mode" },
        { """{"mode":"Observe"}""", "spec.workloads" },
        { """{"workloads":{"name":"web","kind":"ReplicaSet"}}""", "spec.workloads.kind" },
        { """{"workloads":{"name":"Not_A_Name"}}""", "spec.workloads.name" },
        { """{"workloads":{"name":""}}""", "spec.workloads.name" },
        { """{"workloads":{"selector":{"matchExpressions":[{"key":"app","operator":"Like","values":["web"]}]}}}""", "spec.workloads.selector.matchExpressions" },
        { """{"workloads":{"name":"web"},"signals":"all"}""", "spec.signals" },
        { """{"workloads":{"name":"web"},"signals":[{"preset":"HttpErrorRatio","threshold":"5%"}]}""", "name" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"a b","preset":"HttpErrorRatio","threshold":"5%"}]}""", "name" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"Happiness","threshold":"5%"}]}""", "preset" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"many"}]}""", "threshold" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":0.05}]}""", "threshold" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"5%","window":"one minute"}]}""", "window" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"5%","for":"-5s"}]}""", "for" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"5%","grace":"5"}]}""", "grace" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"5%","minimumRequestsPerSecond":"some"}]}""", "minimumRequestsPerSecond" },
        { """{"workloads":{"name":"web"},"signals":[{"name":"errors","preset":"HttpErrorRatio","threshold":"5%","compareFactor":"-3"}]}""", "compareFactor" },
        { $$"""{"workloads":{"name":"web"},"signals":[{{Signal}},{{Signal}}]}""", "spec.signals" },
        { """{"workloads":{"name":"web"},"rolloutDeadline":"soon"}""", "spec.rolloutDeadline" },
        { """{"workloads":{"name":"web"},"remediation":{"ladder":["Reboot"]}}""", "spec.remediation.ladder" },
        { """{"workloads":{"name":"web"},"remediation":{"minimumConfidence":"1.5"}}""", "spec.remediation.minimumConfidence" },
        { """{"workloads":{"name":"web"},"remediation":{"maxActionsPerHour":-1}}""", "spec.remediation.maxActionsPerHour" },
        { """{"workloads":{"name":"web"},"remediation":{"maxActionsPerHour":61}}""", "spec.remediation.maxActionsPerHour" },
        { """{"workloads":{"name":"web"},"knownGood":{"minimumDuration":"forever"}}""", "spec.knownGood.minimumDuration" },
        { """{"workloads":{"name":"web"},"knownGood":{"minimumRequests":-1}}""", "spec.knownGood.minimumRequests" },
        { """{"workloads":{"name":"web"},"verification":{"consecutiveChecks":0}}""", "spec.verification.consecutiveChecks" },
        { """{"workloads":{"name":"web"},"verification":{"timeout":"later"}}""", "spec.verification.timeout" },
        { """{"workloads":{"name":"web"},"verification":{"recurrenceWatch":""}}""", "spec.verification.recurrenceWatch" },
    };

    public static TheoryData<string, string> Incidents => new()
    {
        { """{"summary":"it is slow"}""", "spec.workloadRef" },
        { """{"workloadRef":{}}""", "spec.workloadRef.name" },
        { """{"workloadRef":{"name":"Web Shop"}}""", "spec.workloadRef.name" },
        { """{"workloadRef":{"name":"web","kind":"Pod"}}""", "spec.workloadRef.kind" },
        { """{"workloadRef":{"name":"web"},"policyRef":{}}""", "spec.policyRef.name" },
        { """{"workloadRef":{"name":"web"},"source":"Oracle"}""", "spec.source" },
        { $$"""{"workloadRef":{"name":"web"},"summary":"{{new string('x', 257)}}"}""", "spec.summary" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public Task AWrongPolicyIsRefusedByTheNameOfItsField(string spec, string field) => RefusedAsync("RemediationPolicy", "remediationpolicies", spec, field);

    [Theory]
    [MemberData(nameof(Incidents))]
    public Task AWrongIncidentIsRefusedByTheNameOfItsField(string spec, string field) => RefusedAsync("Incident", "incidents", spec, field);

    /// <summary>Nothing is made: the dry run goes through the whole admission.</summary>
    private static async Task RefusedAsync(string kind, string plural, string spec, string field)
    {
        var cluster = await ApiServerCluster.GetAsync();
        var body = new JsonObject { ["apiVersion"] = "chronosops.io/v1alpha1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "wrong" }, ["spec"] = JsonNode.Parse(spec) };
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() =>
            cluster.Client.SendAsync(HttpMethod.Post, $"/apis/chronosops.io/v1alpha1/namespaces/default/{plural}?dryRun=All", body, ct: ApiServerWorld.Ct));
        Assert.True(refusal.IsInvalid, refusal.Message);
        Assert.Contains(field, refusal.Message);
    }
}
