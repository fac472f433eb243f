using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class RolloutGateTests
{
    private static readonly GateTable Table = new(new RolloutGate())
    {
        { "the rollout under way is the suspect's", c => c },
        { "no rollout is under way", c => c.Bundle(b => b with { Workload = SampleWorkload.RolledOut(), Signals = [] }) },
        { "the rollout under way is not under suspicion", c => c.Bundle(b => b with { Signals = [SampleBundle.Fires("errors", SampleWorkload.Old)] }), Verdict.Wait, "OtherRollout" },
        { "only the workload as a whole is ill during a rollout", c => c.Bundle(b => b with { Signals = [SampleBundle.Fires("errors", null)] }), Verdict.Wait, "OtherRollout" },
        { "the controller has not looked at the last change yet", c => c.Workload(w => w with { Generation = 3 }), Verdict.Wait, "NotObserved" },
        { "a pod is missing and the suspect is ill", c => c.Bundle(b => b with { Workload = SampleWorkload.RolledOut() with { AvailableReplicas = 2 } }) },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
