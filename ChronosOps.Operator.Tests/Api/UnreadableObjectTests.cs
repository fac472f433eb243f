using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

/// <summary>What a server without a schema, or with an older one, lets through.</summary>
public sealed class UnreadableObjectTests
{
    [Theory]
    [InlineData("""{ "mode": null, "workloads": { "name": "a" } }""", "spec.mode")]
    [InlineData("""{ "mode": "Yolo", "workloads": { "name": "a" } }""", "spec.mode")]
    [InlineData("""{ "workloads": null }""", "spec.workloads")]
    [InlineData("""{ "workloads": "a" }""", "spec.workloads")]
    [InlineData("""{ "workloads": { "name": "a", "kind": null } }""", "spec.workloads.kind")]
    [InlineData("""{ "workloads": { "name": "a" }, "signals": null }""", "spec.signals")]
    [InlineData("""{ "workloads": { "name": "a" }, "signals": [null] }""", "spec.signals[0]")]
    [InlineData("""{ "workloads": { "name": "a" }, "signals": {} }""", "spec.signals")]
    [InlineData("""{ "workloads": { "name": "a" }, "signals": [{ "name": "e", "preset": "HttpErrorRatio", "threshold": 5 }] }""", "spec.signals[0].threshold")]
    [InlineData("""{ "workloads": { "name": "a" }, "signals": [{ "name": "e", "preset": "Happiness", "threshold": "5%" }] }""", "spec.signals[0].preset")]
    [InlineData("""{ "workloads": { "name": "a" }, "remediation": { "ladder": [null] } }""", "spec.remediation.ladder[0]")]
    [InlineData("""{ "workloads": { "name": "a" }, "remediation": { "maxActionsPerHour": null } }""", "spec.remediation.maxActionsPerHour")]
    [InlineData("""{ "workloads": { "name": "a" }, "knownGood": { "minimumRequests": "many" } }""", "spec.knownGood.minimumRequests")]
    [InlineData("""{ "workloads": { "name": "a" }, "verification": { "consecutiveChecks": 1.5 } }""", "spec.verification.consecutiveChecks")]
    [InlineData("null", "spec.workloads")]
    [InlineData("[]", "spec")]
    public void APolicyThatMakesNoSenseIsReadAndReportedByTheNameOfTheField(string spec, string field)
    {
        var (effective, errors) = PolicyCompiler.Compile(Policy(spec));
        Assert.Null(effective);
        Assert.Equal(field, Assert.Single(errors).Field);
        Assert.DoesNotContain("Path:", errors[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "spec.workloadRef.name")]
    [InlineData("""{ "workloadRef": null }""", "spec.workloadRef.name")]
    [InlineData("""{ "workloadRef": { "name": null } }""", "spec.workloadRef.name")]
    [InlineData("""{ "workloadRef": { "name": "../web" } }""", "spec.workloadRef.name")]
    [InlineData("""{ "workloadRef": { "name": "web" }, "policyRef": {} }""", "spec.policyRef.name")]
    [InlineData("""{ "workloadRef": { "name": "web" }, "source": null }""", "spec.source")]
    [InlineData("""{ "workloadRef": [] }""", "spec.workloadRef")]
    public void AnIncidentThatMakesNoSenseIsReadAndReportedByTheNameOfTheField(string spec, string field) =>
        Assert.Equal(field, Assert.Single(IncidentChecker.Check(Incident($$"""{ "spec": {{spec}} }""").Spec)).Field);

    [Fact]
    public void ASpecThatCannotBeReadIsWrittenBackAsItWas()
    {
        const string Spec = """{"mode":"Yolo","workloads":{"name":"a"},"future":[1,null]}""";
        Assert.Equal(Spec, JsonSerializer.SerializeToNode(Policy(Spec), ApiResources.Policies.Json)!["spec"]!.ToJsonString());
    }

    [Fact]
    public void NullsInAStatusLeaveTheDefaults()
    {
        var incident = Incident("""
            { "status": { "conditions": null, "signals": [null, { "name": "errors" }], "actions": [{ "key": null, "checks": null, "before": [null] }], "timeline": [null], "decisions": [{ "gates": [null] }] } }
            """);
        Assert.Equal("errors", Assert.Single(incident.Status!.Signals).Name);
        var action = Assert.Single(incident.Status.Actions);
        Assert.Equal(("", 0, 0), (action.Key, action.Checks.Count, action.Before.Count));
        Assert.Equal((0, 0, 0), (incident.Status.Conditions.Count, incident.Status.Timeline.Count, incident.Status.Decisions[0].Gates.Count));
    }

    [Fact]
    public void NullsInThePolicysStatusAndMetadataLeaveTheDefaults()
    {
        var policy = JsonSerializer.Deserialize("""
            { "metadata": { "name": "a", "labels": null, "ownerReferences": [null] }, "spec": { "workloads": { "name": "a" } }, "status": { "conditions": [null], "workloads": [{ "name": null, "knownGood": [null] }] } }
            """, ApiResources.Policies.Json)!;
        Assert.Empty(policy.Status!.Conditions);
        Assert.Empty(Assert.Single(policy.Status.Workloads).KnownGood);
        Assert.Empty(policy.Metadata.OwnerReferences!);
        Assert.NotNull(PolicyCompiler.Compile(policy).Policy);
    }

    private static RemediationPolicy Policy(string spec) =>
        JsonSerializer.Deserialize(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = "shop" }, ["spec"] = JsonNode.Parse(spec) }, ApiResources.Policies.Json)!;

    private static Incident Incident(string json) => JsonSerializer.Deserialize(json, ApiResources.Incidents.Json)!;
}
