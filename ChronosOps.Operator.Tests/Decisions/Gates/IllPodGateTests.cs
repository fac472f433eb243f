using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Analysis;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class IllPodGateTests
{
    private static readonly GateTable Table = new(new IllPodGate(), SampleGates.OpenForRestart)
    {
        { "this pod alone is ill", c => c },
        { "the pod is gone", c => c with { Step = c.Step with { Pod = null } }, Verdict.Deny, "NoPod" },
        { "another pod is ill by now", c => c.Bundle(b => b with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0), SampleBundle.Pod(3, 0)] }), Verdict.Deny, "OtherPod" },
        { "another pod is ill, too", c => c.Bundle(b => b with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)] }), Verdict.Deny, "OtherPod" },
        { "the pods cannot be measured any more", c => c.Bundle(b => b with { PodMeasures = [] }), Verdict.Deny, "OtherPod" },
        { "this pod alone restarts", c => Restarting(c, 1) },
        { "another pod restarts by now", c => Restarting(c, 2), Verdict.Deny, "OtherPod" },
        { "it is one of the ill pods of a node", c => OfANode(c) },
        { "it is not one of them any more", c => OfANode(c).Bundle(b => b with { PodMeasures = [SampleBundle.Pod(1, 0.3), SampleBundle.Pod(2, 0), SampleBundle.Pod(3, 0)] }), Verdict.Deny, "OtherPod" },
        { "the cause is another by now", c => c.Accepting(h => h with { Cause = Cause.NeighbourRelease }), Verdict.Deny, "OtherCause" },
        { "no cause is accepted any more", c => c with { Diagnosis = c.Diagnosis with { Accepted = null } }, Verdict.Deny, "OtherCause" },
    };

    private static GateContext Restarting(GateContext context, int pod) => context with { Bundle = RestartTests.Bundle(pod), Diagnosis = Analysers.Diagnose(RestartTests.Bundle(pod)) };

    private static GateContext OfANode(GateContext context) => context with { Bundle = NodeTests.Bundle(), Diagnosis = Analysers.Diagnose(NodeTests.Bundle()) };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
