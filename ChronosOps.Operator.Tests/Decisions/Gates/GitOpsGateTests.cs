using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class GitOpsGateTests
{
    private static readonly GateTable Table = new(new GitOpsGate())
    {
        { "nobody manages the workload", c => c },
        { "Helm manages the workload", c => Owner(c, new Ownership("Helm", "release checkout", IsGitOps: false)) },
        { "Argo CD manages the workload", c => Owner(c, new Ownership("Argo CD", "annotation", IsGitOps: true)), Verdict.Deny, "GitOpsOwned" },
        { "Flux drives the Helm release", c => Owner(c, new Ownership("Flux (Helm release)", "label", IsGitOps: true)), Verdict.Deny, "GitOpsOwned" },
        { "the owner could not be found out", c => Owner(c, null), Verdict.Deny, "OwnershipUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Owner(GateContext context, Ownership? ownership) => context.Bundle(bundle => bundle with { Ownership = ownership });
}
