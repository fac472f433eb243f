using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Benchmarks.Poll;

/// <summary>The names that both sides of the benchmark agree on, and the workloads and policies of the evaluating side.</summary>
internal static class PollWorld
{
    /// <summary>Bounds of the histogram, those that Prometheus' client libraries have by default.</summary>
    public static readonly string[] Bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

    /// <summary>The first evaluation; what the counters count from is a day before.</summary>
    public static readonly DateTimeOffset Epoch = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>Five signals with a limit each.</summary>
    public static IReadOnlyList<SignalSpec> Limits { get; } =
    [
        .. from preset in new[] { SignalPreset.HttpErrorRatio, SignalPreset.HttpLatencyP95, SignalPreset.CpuThrottling, SignalPreset.CpuSaturation, SignalPreset.MemorySaturation }
           select new SignalSpec { Name = preset.ToString().ToLowerInvariant(), Preset = preset, Threshold = preset == SignalPreset.HttpLatencyP95 ? "500ms" : "90%" },
    ];

    public static string Namespace(int index) => string.Create(CultureInfo.InvariantCulture, $"team-{index:000}");

    public static string ReplicaSet(int workload) => string.Create(CultureInfo.InvariantCulture, $"service-{workload:00000}-5f8d6c7b9");

    public static string Pod(int workload, int pod) => string.Create(CultureInfo.InvariantCulture, $"{ReplicaSet(workload)}-x{pod:0000}");

    /// <summary>Deployments that run well since yesterday, a policy with the same signals for each namespace.</summary>
    public static IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched(int workloads, int namespaces, int pods, IReadOnlyList<SignalSpec> signals)
    {
        var policies = Enumerable.Range(0, namespaces).Select(index => Policy(index, signals)).ToList();
        return [.. Enumerable.Range(0, workloads).Select(k => (Workload(k, Namespace(k % namespaces), pods), policies[k % namespaces]))];
    }

    private static EffectivePolicy Policy(int index, IReadOnlyList<SignalSpec> signals)
    {
        var (policy, errors) = PolicyCompiler.Compile(new RemediationPolicy
        {
            Metadata = new() { Name = "all", NamespaceProperty = Namespace(index), Uid = $"uid-policy-{index}", Generation = 1 },
            Spec = new RemediationPolicySpec
            {
                Workloads = new WorkloadSelector { Selector = new() },
                Signals = [.. signals],
            },
        });
        return policy ?? throw new InvalidOperationException(string.Join("; ", errors));
    }

    private static WorkloadSnapshot Workload(int index, string @namespace, int pods)
    {
        var facts = TemplateFacts.Read(JsonNode.Parse(
            $$$"""{"metadata":{"labels":{"app":"service-{{{index}}}"}},"spec":{"containers":[{"name":"app","image":"registry.example/service-{{{index}}}:1","env":[{"name":"DATABASE","value":"database-{{{index}}}:5432"}]}]}}""")!.AsObject());
        var yesterday = Epoch.AddDays(-1);
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(WorkloadKind.Deployment, @namespace, $"service-{index:00000}"),
            Uid = $"uid-{index}",
            Generation = 1,
            ObservedGeneration = 1,
            Labels = new Dictionary<string, string> { ["app"] = $"service-{index}" },
            Annotations = new Dictionary<string, string>(),
            RevisionNumber = 1,
            Paused = false,
            Replicas = pods,
            UpdatedReplicas = pods,
            AvailableReplicas = pods,
            TotalReplicas = pods,
            Strategy = "RollingUpdate",
            Current = facts,
            RolloutStartedAt = yesterday,
            Revisions = [new RevisionSnapshot { Facts = facts, Holders = [ReplicaSet(index)], Number = 1, CreatedAt = yesterday }],
            Pods =
            [
                .. Enumerable.Range(0, pods).Select(pod => new PodSnapshot
                {
                    Name = Pod(index, pod),
                    Uid = $"uid-{index}-{pod}",
                    Revision = facts.Revision,
                    CreatedAt = yesterday,
                    Ready = true,
                    Deleting = false,
                    Containers = [new ContainerSnapshot { Name = "app", Image = $"registry.example/service-{index}:1", Init = false, Ready = true, RestartCount = 0 }],
                }),
            ],
        };
    }
}
