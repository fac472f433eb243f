using System.Text.Json.Nodes;
using ChronosOps.Operator.Remediation;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class FieldOwnershipTests
{
    private const string Ours = """
        {
          "manager": "chronosops", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
          "fieldsV1": {
            "f:metadata": { "f:annotations": { "f:chronosops.io/last-action": {} } },
            "f:spec": { "f:template": { "f:spec": { "f:containers": { "k:{\"name\":\"app\"}": { "f:image": {} } } } } }
          }
        }
        """;

    private const string Team = """
        {
          "manager": "team-ci", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
          "fieldsV1": { "f:spec": { "f:replicas": {}, "f:template": { "f:spec": { "f:containers": { "k:{\"name\":\"app\"}": { ".": {}, "f:name": {} } } } } } }
        }
        """;

    private const string Kubectl = """
        {
          "manager": "kubectl-client-side-apply", "operation": "Update",
          "fieldsV1": { "f:spec": { "f:selector": {}, "f:template": { "f:metadata": { "f:labels": { "f:app": {} } }, "f:spec": { "f:restartPolicy": {}, "f:dnsPolicy": {}, "f:schedulerName": {}, "f:securityContext": {} } } } }
        }
        """;

    private const string Controller = """{ "manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": { "f:status": { "f:replicas": {} } } }""";

    [Fact]
    public void WhoeverAppliesTheWorkloadGetsTheFieldsBack()
    {
        var fields = HandBack(Kubectl, Team, Controller, Ours);
        AssertJson("""{ ".": {}, "f:name": {}, "f:image": {} }""", Container(Of(fields, "team-ci")));
        Assert.NotNull(Of(fields, "team-ci")["fieldsV1"]!["f:spec"]!["f:replicas"]);
    }

    [Fact]
    public void WithoutAnApplierTheOneWhoWroteMostOfTheTemplateGetsThem()
    {
        var scaler = """{ "manager": "scaler", "operation": "Update", "fieldsV1": { "f:spec": { "f:replicas": {} } } }""";
        var fields = HandBack(scaler, Kubectl, Ours);
        AssertJson("""{ "f:image": {} }""", Container(Of(fields, "kubectl-client-side-apply")));
        AssertJson(JsonNode.Parse(scaler)!.ToJsonString(), Of(fields, "scaler"));
    }

    /// <summary>Who applies a manifest without replicas, and owned them, would have them taken away with the next apply, and one replica left.</summary>
    [Fact]
    public void ReplicasAreNobodysAfterUs()
    {
        var ours = """{ "manager": "chronosops", "operation": "Update", "fieldsV1": { "f:spec": { "f:replicas": {} } } }""";
        var team = """{ "manager": "team-ci", "operation": "Apply", "fieldsV1": { "f:spec": { "f:selector": {} } } }""";
        var fields = HandBack(team, ours);
        AssertJson(JsonNode.Parse(team)!.ToJsonString(), Assert.Single(fields)!);
    }

    [Fact]
    public void NoneOfTheSpecStaysOursAndTheAnnotationDoes() =>
        AssertJson("""{ "f:metadata": { "f:annotations": { "f:chronosops.io/last-action": {} } } }""", Of(HandBack(Team, Ours), "chronosops")["fieldsV1"]!);

    [Fact]
    public void AnEntryOfOursThatIsEmptyAfterwardsIsRemoved()
    {
        var bare = """{ "manager": "chronosops", "operation": "Update", "fieldsV1": { "f:spec": { "f:template": {} } } }""";
        Assert.Equal(["team-ci"], Managers(HandBack(Team, bare)));
    }

    [Fact]
    public void EverybodyElsesEntriesStayAsTheyAre()
    {
        var fields = HandBack(Kubectl, Team, Controller, Ours);
        Assert.Equal(["kubectl-client-side-apply", "team-ci", "kube-controller-manager", "chronosops"], Managers(fields));
        AssertJson(Kubectl, Of(fields, "kubectl-client-side-apply"));
        AssertJson(Controller, Of(fields, "kube-controller-manager"));
    }

    [Fact]
    public void EntriesOfOursOfTwoVersionsAreBothHandedBack()
    {
        var beta = """{ "manager": "chronosops", "operation": "Update", "apiVersion": "apps/v1beta2", "fieldsV1": { "f:spec": { "f:paused": {} } } }""";
        var fields = HandBack(Team, Ours, beta);
        Assert.Null(FieldOwnership.HandBack(fields));
        Assert.NotNull(Of(fields, "team-ci")["fieldsV1"]!["f:spec"]!["f:paused"]);
    }

    /// <summary>Whoever came to own it, and applies a manifest without it, would take it away with the next apply: every pod would be started anew once more.</summary>
    [Fact]
    public void TheStampOfARestartStaysOurs()
    {
        var stamp = """{ "f:template": { "f:metadata": { "f:annotations": { ".": {}, "f:chronosops.io/restarted-at": {} } } } }""";
        var restarted = $$"""{ "manager": "chronosops", "operation": "Update", "fieldsV1": { "f:metadata": { "f:annotations": { "f:chronosops.io/last-action": {} } }, "f:spec": {{stamp}} } }""";
        Assert.Null(FieldOwnership.HandBack(Entries(Team, restarted)));

        var both = JsonNode.Parse(Ours)!;
        both["fieldsV1"]!["f:spec"]!["f:template"]!["f:metadata"] = JsonNode.Parse("""{ "f:annotations": { "f:chronosops.io/restarted-at": {}, "f:team": {} } }""");
        var fields = HandBack(Team, both.ToJsonString());
        AssertJson("""{ "f:template": { "f:metadata": { "f:annotations": { "f:chronosops.io/restarted-at": {} } } } }""", Of(fields, "chronosops")["fieldsV1"]!["f:spec"]!);
        AssertJson("""{ "f:annotations": { "f:team": {} } }""", Of(fields, "team-ci")["fieldsV1"]!["f:spec"]!["f:template"]!["f:metadata"]!);
        AssertJson("""{ ".": {}, "f:name": {}, "f:image": {} }""", Container(Of(fields, "team-ci")));
        Assert.Null(FieldOwnership.HandBack(fields));
    }

    [Fact]
    public void WhereNobodyElseHoldsAnythingTheFieldsAreLetGo() => Assert.Equal(["chronosops"], Managers(HandBack(Ours)));

    [Fact]
    public void HandingBackTwiceIsHandingBackOnce() => Assert.Null(FieldOwnership.HandBack(HandBack(Team, Ours)));

    [Theory]
    [InlineData("[]")]
    [InlineData("""[ { "manager": "team-ci", "fieldsV1": { "f:spec": {} } } ]""")]
    [InlineData("""[ { "manager": "chronosops", "fieldsV1": { "f:metadata": {} } } ]""")]
    [InlineData("""[ { "manager": "chronosops", "subresource": "status", "fieldsV1": { "f:spec": {} } } ]""")]
    [InlineData("""[ { "manager": "chronosops" }, null, "x" ]""")]
    public void WhereWeHoldNothingNothingIsChanged(string fields) => Assert.Null(FieldOwnership.HandBack(JsonNode.Parse(fields)!.AsArray()));

    [Fact]
    public void TheInputStaysAsItWas()
    {
        var input = Entries(Team, Ours);
        var before = input.ToJsonString();
        FieldOwnership.HandBack(input);
        Assert.Equal(before, input.ToJsonString());
    }

    private static JsonArray HandBack(params string[] entries) => FieldOwnership.HandBack(Entries(entries))!;

    private static JsonArray Entries(params string[] entries) => [.. entries.Select(entry => JsonNode.Parse(entry))];

    private static IEnumerable<string> Managers(JsonArray fields) => fields.Select(entry => entry!["manager"]!.ToString());

    private static JsonNode Of(JsonArray fields, string manager) => fields.Single(entry => entry!["manager"]!.ToString() == manager)!;

    private static JsonNode Container(JsonNode entry) => entry["fieldsV1"]!["f:spec"]!["f:template"]!["f:spec"]!["f:containers"]!["k:{\"name\":\"app\"}"]!;

    private static void AssertJson(string expected, JsonNode actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
