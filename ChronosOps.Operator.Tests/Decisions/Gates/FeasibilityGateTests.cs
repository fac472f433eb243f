using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class FeasibilityGateTests
{
    private static readonly NewDemands None = new(null, null);
    private static readonly NewDemands More = new("resources.requests.cpu", "resources.requests.cpu");

    private static readonly GateTable Table = new(new FeasibilityGate())
    {
        { "an earlier revision is kept", c => c },
        { "the workload is paused", c => c.Workload(w => w with { Paused = true }), Verdict.Deny, "Paused" },
        { "the strategy is Recreate", c => c.Workload(w => w with { Strategy = "Recreate" }), Verdict.Deny, "RecreateStrategy" },
        { "pods are replaced only when somebody deletes them", c => c.Workload(w => w with { Strategy = "OnDelete" }), Verdict.Deny, "OnDeleteStrategy" },
        { "the rollout is held at a partition", c => c.Workload(w => w with { Partition = 1 }), Verdict.Deny, "Partition" },
        { "no history is kept", c => c.Workload(w => w with { Revisions = [SampleWorkload.NewRevision] }).To(null), Verdict.Deny, "NoHistory" },
        { "not even the current revision is kept", c => c.Workload(w => w with { Revisions = [] }).To(null), Verdict.Deny, "NoHistory" },
        { "every kept revision has the same template", c => c.Workload(w => w with { Revisions = [SampleWorkload.NewRevision with { Holders = ["checkout-b", "checkout-a"] }] }).To(null), Verdict.Deny, "SameTemplate" },
        { "both revisions name the same mutable tag", c => Images(c, "app:latest", "app:latest"), Verdict.Deny, "SameMutableTag" },
        { "both revisions name the same fixed tag", c => Images(c, "app:1", "app:1") },
        { "both revisions name the same digest", c => Images(c, "app@sha256:1", "app@sha256:1") },
        { "a mutable tag was replaced by a fixed one", c => Images(c, "app:2", "app:latest") },
        { "there is a history and no target", c => c.To(null) },
        { "pods were missing before, and both revisions ask for the same", c => Missing(c, None, None) },
        { "pods were missing before, and the release asks for less", c => Missing(c, None, More), Verdict.Deny, "NoRoomToReturn" },
        { "pods were missing before, and the release asks for more", c => Missing(c, More, None), Verdict.Deny, "NoRoomToReturn" },
        { "pods were missing before, and what they ask for is not known", c => Missing(c, null, null), Verdict.Deny, "NoRoomToReturn" },
        { "pods were missing before, and are refused", c => Missing(c, None, None).Workload(w => w with { PodsRefused = "exceeded quota: small" }), Verdict.Deny, "NoRoomToReturn" },
        { "pods were refused before, and none is at this moment", c => Missing(c, None, None).Bundle(b => b with { PodsRefusedBefore = true }), Verdict.Deny, "NoRoomToReturn" },
        { "pods were missing before, and it is not the revision before that is returned to", c => Missing(c, None, None).To(SampleWorkload.OldRevision with { Facts = SampleWorkload.Facts("registry.example/checkout:0") }), Verdict.Deny, "NoRoomToReturn" },
        { "pods are missing of the release alone", c => Missing(c, null, null).Bundle(b => b with { PodsMissedBefore = false }) },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Missing(GateContext context, NewDemands? now, NewDemands? before) => context.Bundle(b => b with { PodsMissedBefore = true, NewDemands = now, OldDemands = before });

    private static GateContext Images(GateContext context, string current, string target) => context
        .Workload(w => w with { Current = w.Current with { Containers = [new ContainerFacts("app", current, null)] } })
        .To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { Containers = [new ContainerFacts("app", target, null)] } });
}
