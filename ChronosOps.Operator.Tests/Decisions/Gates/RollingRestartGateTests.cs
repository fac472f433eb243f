using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class RollingRestartGateTests
{
    private static readonly ConfigReference Settings = new("ConfigMap", "settings", Optional: false);

    private static readonly GateTable Table = new(new RollingRestartGate(), SampleGates.OpenForRollingRestart)
    {
        { "memory leaks in a Deployment that rolls", c => c },
        { "a StatefulSet rolls all its pods", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.StatefulSet } }) },
        { "nothing is accepted", c => c with { Diagnosis = c.Diagnosis with { Accepted = null } }, Verdict.Deny, "OtherCause" },
        { "one pod is ill by itself", c => c.Accepting(h => h with { Cause = Cause.PodFault }), Verdict.Deny, "OtherCause" },
        { "the workload is paused", c => c.Workload(w => w with { Paused = true }), Verdict.Deny, "Paused" },
        { "every pod would be stopped first", c => c.Workload(w => w with { Strategy = "Recreate" }), Verdict.Deny, "RecreateStrategy" },
        { "no pod would be replaced", c => c.Workload(w => w with { Strategy = "OnDelete" }), Verdict.Deny, "OnDeleteStrategy" },
        { "some pods would not be replaced", c => c.Workload(w => w with { Partition = 1 }), Verdict.Deny, "Partition" },
        { "its only pod is replaced by one that is there before", c => c.Workload(w => One(w) with { MaxSurge = "25%", MaxUnavailable = "25%" }) },
        { "its only pod ends before there is a new one", c => c.Workload(w => One(w) with { MaxSurge = 0, MaxUnavailable = 1 }), Verdict.Deny, "OnlyPod" },
        { "its only pod may end while the new one is made", c => c.Workload(w => One(w) with { MaxSurge = 1, MaxUnavailable = 1 }), Verdict.Deny, "OnlyPod" },
        { "neither surge nor missing pods come to a whole one", c => c.Workload(w => One(w) with { MaxSurge = 0, MaxUnavailable = "25%" }), Verdict.Deny, "OnlyPod" },
        { "its strategy may end all pods at once", c => c.Workload(w => w with { MaxSurge = 1, MaxUnavailable = "100%" }), Verdict.Deny, "OnlyPod" },
        { "a DaemonSet's strategy may end all pods at once", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.DaemonSet }, MaxUnavailable = "51%", Replicas = 2 }) , Verdict.Deny, "OnlyPod" },
        { "a DaemonSet rolls node by node", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.DaemonSet }, MaxUnavailable = 1 }) },
        { "it is not known whether the new pod comes first", c => c.Workload(One), Verdict.Deny, "OnlyPod" },
        { "it is the only pod of a StatefulSet", c => c.Workload(w => One(w) with { Key = w.Key with { Kind = WorkloadKind.StatefulSet } }), Verdict.Deny, "OnlyPod" },
        { "its image's tag moves", c => c.Workload(w => w with { Current = w.Current with { Containers = [new ContainerFacts("app", "registry.example/checkout:latest", null)] } }), Verdict.Deny, "MutableTag" },
        { "its configuration is older than its pods", c => Configured(c, -8000) },
        { "its configuration was written since its pods began", c => Configured(c, -600), Verdict.Deny, "ConfigurationEdited" },
        { "its configuration could not be looked at", c => Configured(c, null), Verdict.Deny, "ConfigurationEdited" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static WorkloadSnapshot One(WorkloadSnapshot workload) => workload with { Replicas = 1, Pods = [workload.Pods[0]] };

    private static GateContext Configured(GateContext context, double? changed) => context
        .Workload(w => w with { Current = w.Current with { ConfigReferences = [Settings] } })
        .Bundle(b => b with { Configs = [new ConfigFact(Settings, true, changed is { } at ? SampleWorkload.At(at) : null, [SampleWorkload.Old])] });
}
