using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class DryRunGateTests
{
    private static readonly GateTable Table = new(new DryRunGate())
    {
        { "the mode is Autonomous", c => c },
        { "the mode is DryRun", c => c.Policy(p => p with { Mode = PolicyMode.DryRun }), Verdict.Deny, "DryRun" },
        { "the incident is a dry run", c => c with { IsDryRun = true }, Verdict.Deny, "DryRun" },
        { "the incident says nothing of it", c => c with { IsDryRun = IsAskedFor(null, null) } },
        { "its spec says so", c => c with { IsDryRun = IsAskedFor(true, null) }, Verdict.Deny, "DryRun" },
        { "its spec says that it is none", c => c with { IsDryRun = IsAskedFor(false, null) } },
        { "its annotation says so", c => c with { IsDryRun = IsAskedFor(null, "true") }, Verdict.Deny, "DryRun" },
        { "its annotation says so, and its spec does not", c => c with { IsDryRun = IsAskedFor(false, "true") }, Verdict.Deny, "DryRun" },
        { "its annotation says something else", c => c with { IsDryRun = IsAskedFor(null, "yes") }, Verdict.Deny, "DryRun" },
        { "its annotation says that it is none", c => c with { IsDryRun = IsAskedFor(null, "false") } },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static bool IsAskedFor(bool? dryRun, string? annotation) => DryRunGate.IsAskedFor(new Incident
    {
        Metadata = new() { Annotations = annotation is null ? null : new() { ["chronosops.io/dry-run"] = annotation } },
        Spec = new IncidentSpec { DryRun = dryRun },
    });
}
