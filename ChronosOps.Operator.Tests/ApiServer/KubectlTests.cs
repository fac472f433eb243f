using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What a person sees with kubectl.</summary>
[Trait("Tier", "apiserver")]
public class KubectlTests
{
    [Fact]
    public async Task TheColumnsAnswerTheFirstQuestionsAndWaitWorks()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await RunAsync("wait", "--for=condition=Ready", "rpol/policy", "--timeout=10s");
        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        await RunAsync("wait", "--for=condition=Resolved", $"incident/{incident.Metadata.Name}", "--timeout=10s");
        await RunAsync("wait", "--for=condition=Ready", $"incident/{incident.Metadata.Name}", "--timeout=10s");

        // A policy counts its open incidents at its next evaluation.
        var policies = "";
        await Waiting.ForAsync(
            "the policy's row",
            async () => Regex.IsMatch(policies = await RunAsync("get", "rpol"), "policy +Autonomous +True +True +1 +0 ") ? policies : null,
            () => Task.FromResult(policies));
        Assert.Equal(["NAME", "MODE", "READY", "SIGNALS", "WORKLOADS", "OPEN", "AGE"], Columns(policies));
        var incidents = await RunAsync("get", "inc", "-o", "wide");
        Assert.Equal(["NAME", "WORKLOAD", "PHASE", "CAUSE", "ACTION", "AGE", "CONFIDENCE", "DETECT", "MITIGATE", "ORIGIN", "BEFORE", "MESSAGE"], Columns(incidents));
        Assert.Matches(@"web +Resolved +BadRelease +Rollback/Succeeded ", incidents);
        Assert.Contains("policy", await RunAsync("get", "chronosops"));

        var described = await RunAsync("describe", $"incident/{incident.Metadata.Name}");
        Assert.Matches(@"Phase: +Resolved\b", described);
        Assert.Matches(@"(?s)\nEvents:.*\bchronosops\b.*Rollback", described);

        // What belongs to an incident goes with it.
        var postmortem = $"configmap/{incident.Status!.Postmortem!.ConfigMap}";
        await RunAsync("get", postmortem);
        await RunAsync("delete", $"incident/{incident.Metadata.Name}", "--timeout=20s");
        await RunAsync("wait", "--for=delete", postmortem, "--timeout=30s");

        Task<string> RunAsync(params string[] arguments) => Kubectl.RunAsync(world.Cluster.Kubeconfig, null, ["-n", world.Namespace, .. arguments]);
    }

    [Fact]
    public async Task PoliciesAreAppliedComparedDescribedAndDeletedLikeBuiltInKinds()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var (written, changed) = (Manifests.Policy("mine", "web").ToJsonString(), Manifests.Policy("mine", "web", "Observe").ToJsonString());
        Assert.Contains("serverside-applied", await RunAsync(written, "apply", "--server-side", "-f", "-"), StringComparison.Ordinal);
        foreach (var server in new[] { "--server-side=true", "--server-side=false" })
        {
            Assert.Equal("", await RunAsync(written, "diff", server, "-f", "-"));
        }

        var diff = await Kubectl.TryAsync("kubectl", world.Cluster.Kubeconfig, changed, "-n", world.Namespace, "diff", "--server-side", "-f", "-");
        Assert.Equal(1, diff.ExitCode);
        Assert.Matches(@"-  mode: Autonomous\n\+  mode: Observe\n", diff.Output);
        Assert.Matches(@"Mode: +Autonomous\n", await RunAsync(null, "describe", "rpol/mine"));
        await RunAsync(null, "delete", "rpol/mine", "--timeout=20s");
        var gone = await Kubectl.TryAsync("kubectl", world.Cluster.Kubeconfig, null, "-n", world.Namespace, "get", "rpol/mine");
        Assert.Contains("(NotFound)", gone.Error, StringComparison.Ordinal);

        Task<string> RunAsync(string? input, params string[] arguments) => Kubectl.RunAsync(world.Cluster.Kubeconfig, input, ["-n", world.Namespace, .. arguments]);
    }

    [Theory]
    [Trait("Tier", "crds")]
    [InlineData("incidents.chronosops.io")]
    [InlineData("remediationpolicies.chronosops.io")]
    public async Task EveryFieldHasADescription(string definition)
    {
        var cluster = await ApiServerCluster.GetAsync();
        var crd = await cluster.Client.SendAsync(HttpMethod.Get, $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{definition}", ct: ApiServerWorld.Ct);
        var schema = crd!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!;
        foreach (var part in new[] { "spec", "status" })
        {
            Assert.Empty(Undescribed(schema["properties"]![part]!, part));
        }
    }

    [Theory]
    [Trait("Tier", "crds")]
    [InlineData("rpol.spec.signals.threshold", "The value from which the signal is a problem")]
    [InlineData("rpol.spec.mode", "What ChronosOps may do")]
    [InlineData("incident.status.phase", "Where the incident stands")]
    public async Task KubectlExplainsAField(string field, string text)
    {
        var cluster = await ApiServerCluster.GetAsync();
        // The descriptions of a definition come with the server's OpenAPI document, which follows some time after the definition is served.
        var error = "";
        var explained = await Waiting.ForAsync($"kubectl to explain {field}", ExplainAsync, () => Task.FromResult(error));
        Assert.Contains(text, string.Join(' ', explained.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

        async Task<string?> ExplainAsync()
        {
            var result = await Kubectl.TryAsync("kubectl", cluster.Kubeconfig, null, "explain", field);
            error = result.Error;
            return result.ExitCode == 0 ? result.Output : null;
        }
    }

    private static string[] Columns(string table) => table.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Undescribed(JsonNode schema, string path)
    {
        if (string.IsNullOrWhiteSpace((string?)schema["description"]))
        {
            yield return path;
        }

        var children = (schema["properties"] ?? schema["items"]?["properties"]) as JsonObject ?? [];
        foreach (var inner in children.SelectMany(child => Undescribed(child.Value!, $"{path}.{child.Key}")))
        {
            yield return inner;
        }
    }
}
