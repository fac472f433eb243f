using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

/// <summary>The gates of scaling: four more pods, and up to three of a rollout beside them.</summary>
public sealed class ScaleGateTests
{
    private static readonly GateTable Limit = new(new ScaleLimitGate(), SampleGates.OpenForScale)
    {
        { "the policy allows as many", c => c },
        { "the policy allows just as many", c => c.Policy(p => p with { MaxReplicas = 7 }) },
        { "the policy allows fewer", c => c.Policy(p => p with { MaxReplicas = 6 }), Verdict.Deny, "AtMaximum" },
        { "the policy names no maximum", c => c.Policy(p => p with { MaxReplicas = null }), Verdict.Deny, "NoMaximum" },
        { "no more may be asked for", c => c with { Step = c.Step with { Replicas = null } }, Verdict.Deny, "AtMaximum" },
        { "somebody has scaled it by now", c => c.Workload(w => w with { Replicas = 7 }), Verdict.Deny, "AtMaximum" },
        { "the workload is paused", c => c.Workload(w => w with { Paused = true }), Verdict.Deny, "Paused" },
        { "it is a StatefulSet", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.StatefulSet } }), Verdict.Deny, "KindNotScaled" },
        { "it is a DaemonSet", c => c.Workload(w => w with { Key = w.Key with { Kind = WorkloadKind.DaemonSet } }), Verdict.Deny, "KindNotScaled" },
    };

    private static readonly GateTable Autoscaler = new(new AutoscalerGate(), SampleGates.OpenForScale)
    {
        { "nothing sets the replicas", c => c },
        { "an autoscaler sets them", c => With(c, Hpa("one", null)) },
        { "an autoscaler was told to have more already", c => With(c, Hpa("one", null, minimum: 4)), Verdict.Wait, "AutoscalerAtWork" },
        { "an autoscaler of somebody who reverts changes sets them", c => With(c, Hpa("one", "Flux")), Verdict.Deny, "AutoscalerOwned" },
        { "two autoscalers set them", c => With(c, Hpa("one", null), Hpa("two", null)), Verdict.Deny, "SeveralAutoscalers" },
        { "it could not be found out", c => c.Bundle(b => b with { Scaling = null }), Verdict.Deny, "AutoscalerUnknown" },
    };

    private static readonly GateTable Quota = new(new QuotaGate(), SampleGates.OpenForScale)
    {
        { "there is room for them", c => c },
        { "there is no quota", c => Quotas(c) },
        { "there is room for them and not for a rollout", c => Surging(Quotas(c, new QuotaFact("team", "pods", 6))), Verdict.Deny, "QuotaTooSmall" },
        { "there is just room for both", c => Surging(Quotas(c, new QuotaFact("team", "pods", 7))) },
        { "requests have too little room", c => Quotas(c, new QuotaFact("team", "requests.cpu", 0.399)), Verdict.Deny, "QuotaTooSmall" },
        { "limits have just enough", c => Quotas(c, new QuotaFact("team", "limits.memory", 4 * (128 << 20))) },
        { "what is left could not be read", c => Quotas(c, new QuotaFact("team", "memory", null)), Verdict.Deny, "QuotaTooSmall" },
        { "no pods of something else are left", c => Quotas(c, new QuotaFact("team", "count/jobs.batch", 0)) },
        { "no pod tells what one asks for", c => c.Bundle(b => b with { Scaling = b.Scaling! with { Needs = null } }), Verdict.Deny, "QuotaUnknown" },
        { "the quotas could not be read", c => c.Bundle(b => b with { Scaling = null }), Verdict.Deny, "QuotaUnknown" },
    };

    private static readonly GateTable Nodes = new(new NodeRoomGate(), SampleGates.OpenForScale)
    {
        { "there is room for them", c => c },
        { "there is just room for them", c => Room(c, 4) },
        { "there is too little", c => Room(c, 3), Verdict.Deny, "NodesTooFull" },
        { "there is room for them and not for a rollout", c => Surging(Room(c, 6)), Verdict.Deny, "NodesTooFull" },
        { "the nodes cannot be seen", c => Room(c, null), Verdict.Deny, "NodesUnknown" },
        { "the pods ask for something else", c => c.Bundle(b => b with { Scaling = b.Scaling! with { Needs = b.Scaling.Needs! with { Other = "example.com/gpu" } } }), Verdict.Deny, "NodesUnknown" },
        { "the pods keep apart", c => c.Workload(w => w with { Current = w.Current with { KeepsApart = "a hostPort" } }), Verdict.Deny, "PlacementUnknown" },
        { "nothing was found out", c => c.Bundle(b => b with { Scaling = null }), Verdict.Deny, "NodesUnknown" },
    };

    public static TheoryData<string> LimitSituations => Limit.Situations;

    public static TheoryData<string> AutoscalerSituations => Autoscaler.Situations;

    public static TheoryData<string> QuotaSituations => Quota.Situations;

    public static TheoryData<string> NodeSituations => Nodes.Situations;

    [Theory]
    [MemberData(nameof(LimitSituations))]
    public void TheLimitSaysSoWhen(string situation) => Limit.Check(situation);

    [Theory]
    [MemberData(nameof(AutoscalerSituations))]
    public void TheAutoscalerSaysSoWhen(string situation) => Autoscaler.Check(situation);

    [Theory]
    [MemberData(nameof(QuotaSituations))]
    public void TheQuotaSaysSoWhen(string situation) => Quota.Check(situation);

    [Theory]
    [MemberData(nameof(NodeSituations))]
    public void TheNodesSaySoWhen(string situation) => Nodes.Check(situation);

    [Fact]
    public void AllGatesTogetherAllowIt()
    {
        var (report, permit) = Permit.Request("uid-1/1", SampleGates.OpenForScale());
        Assert.All(report.Results, result => Assert.Equal(Verdict.Allow, result.Verdict.Verdict));
        Assert.Equal("uid-1/1", permit?.Key);
    }

    private static AutoscalerFact Hpa(string name, string? manager, int minimum = 1) => new(name, $"uid-{name}", minimum, 5, null, manager);

    private static GateContext With(GateContext context, params AutoscalerFact[] autoscalers) =>
        context.Bundle(bundle => bundle with { Scaling = bundle.Scaling! with { Autoscalers = autoscalers } });

    private static GateContext Quotas(GateContext context, params QuotaFact[] quotas) =>
        context.Bundle(bundle => bundle with { Scaling = bundle.Scaling! with { Quotas = quotas } });

    private static GateContext Room(GateContext context, int? room) =>
        context.Bundle(bundle => bundle with { Scaling = bundle.Scaling! with { NodeRoom = room } });

    private static GateContext Surging(GateContext context) => context.Workload(workload => workload with { MaxSurge = 3 });
}
