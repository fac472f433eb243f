using System.Reflection;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

public sealed class GatePipelineTests
{
    public static TheoryData<string> GateNames => [.. GatePipeline.ForRollback.Select(gate => gate.Name)];

    [Fact]
    public void IssuesThePermitForTheKeyWhenEveryGateAllows()
    {
        var (report, permit) = Permit.Request("uid-1/1", SampleGates.Open());
        Assert.All(report.Results, result => Assert.Equal(Verdict.Allow, result.Verdict.Verdict));
        Assert.Equal(GatePipeline.ForRollback.Select(gate => gate.Name), report.Results.Select(result => result.Gate));
        Assert.Equal("uid-1/1", permit?.Key);
    }

    [Theory]
    [MemberData(nameof(GateNames))]
    public void WithholdsThePermitWhenOneGateAloneObjects(string gate)
    {
        var (report, permit) = Permit.Request("uid-1/1", Objections[gate](SampleGates.Open()));
        Assert.Null(permit);
        Assert.NotEqual(Verdict.Allow, report.Results.Single(result => result.Gate == gate).Verdict.Verdict);
        Assert.Equal(report.Verdict, report.Results.Max(result => result.Verdict.Verdict));
    }

    [Fact]
    public void TheStrictestVerdictDecidesWhereverItStands()
    {
        GateReport report = new(
        [
            new GateResult("first", GateVerdict.Wait("Wait", "not now")),
            new GateResult("second", GateVerdict.Deny("Deny", "no")),
            new GateResult("third", new GateVerdict(Verdict.NeedsApproval, "Approval", "ask")),
            new GateResult("fourth", GateVerdict.Deny("AlsoDeny", "no")),
        ]);
        Assert.Equal("second", report.Decisive.Gate);
        Assert.Equal(Verdict.Deny, report.Verdict);
    }

    [Fact]
    public void AWaitWithholdsThePermitToo()
    {
        var (report, permit) = Permit.Request("uid-1/1", SampleGates.Open() with { EmergencyStop = true });
        Assert.Equal(Verdict.Wait, report.Verdict);
        Assert.Null(permit);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(NotSupportedException))]
    public void AGateThatThrowsDenies(Type exception)
    {
        var said = GatePipeline.Ask(new ThrowingGate((Exception)Activator.CreateInstance(exception, "broken")!), SampleGates.Open());
        Assert.Equal((Verdict.Deny, "GateFailed"), (said.Verdict, said.Reason));
        Assert.Contains("broken", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUndoIsHeldAgainstItsOwnGatesOnly()
    {
        var undo = SampleGates.Open() with { Step = new ProposedStep(RemediationAction.Rollback, SampleWorkload.NewRevision, IsUndo: true) };
        var (report, permit) = Permit.Request("uid-1/2", undo with { Diagnosis = undo.Diagnosis with { Accepted = null } });
        Assert.NotNull(permit);
        Assert.Equal(GatePipeline.ForUndo.Select(gate => gate.Name), report.Results.Select(result => result.Gate));
    }

    [Theory]
    [InlineData(typeof(EmergencyStopGate))]
    [InlineData(typeof(HoldGate))]
    [InlineData(typeof(ModeGate))]
    [InlineData(typeof(DryRunGate))]
    [InlineData(typeof(GitOpsGate))]
    [InlineData(typeof(OneActionGate))]
    public void AnUndoStaysUnderTheGatesThatProtectTheWillOfPeople(Type gate) =>
        Assert.Contains(GatePipeline.ForUndo, one => one.GetType() == gate);

    [Fact]
    public void AnUndoIsAskedWhetherSomethingElseMadeThingsWorse() => Assert.Contains(GatePipeline.ForUndo, gate => gate is OriginGate);

    /// <summary>What was begun goes on to its end, and what made things worse is taken back: a storm holds what is new.</summary>
    [Fact]
    public void AStormHoldsNeitherAnUndoNorWhatIsUnderWay()
    {
        Assert.DoesNotContain(GatePipeline.ForUndo, gate => gate is StormGate);
        var storm = SampleGates.Open() with { Storm = new StormState(IsOn: true, "many") };
        Assert.Null(Permit.Request("uid-1/1", storm).Permit);
        Assert.NotNull(Permit.Request("uid-1/1", storm with { IsUnderWay = true }).Permit);
        var continuation = storm with { Step = new ProposedStep(RemediationAction.Scale, null, Continues: true, Replicas: 2) };
        Assert.Null(Permit.Request("uid-1/2", continuation).Permit);
        Assert.NotNull(Permit.Request("uid-1/2", continuation with { IsUnderWay = true }).Permit);
    }

    /// <summary>Whatever else forbids the step is named first: a dry run tells what would happen.</summary>
    [Fact]
    public void TheDryRunIsAskedLast() =>
        Assert.All(new[] { GatePipeline.ForRollback, GatePipeline.ForRestart, GatePipeline.ForRollingRestart, GatePipeline.ForScale, GatePipeline.ForUndo, GatePipeline.ForContinuation, GatePipeline.ForReturn }, gates => Assert.IsType<DryRunGate>(gates[^1]));

    [Fact]
    public void EveryGateOfTheRoomIsAsked() =>
        Assert.Equal(
            typeof(IGate).Assembly.GetTypes().Where(type => type.IsClass && typeof(IGate).IsAssignableFrom(type)).Select(type => type.Name).Order(),
            GatePipeline.ForRollback.Concat(GatePipeline.ForRestart).Concat(GatePipeline.ForRollingRestart).Concat(GatePipeline.ForScale).Select(gate => gate.GetType().Name).Distinct().Order());

    [Fact]
    public void ARestartIsHeldAgainstItsOwnGates()
    {
        var (report, permit) = Permit.Request("uid-1/1", SampleGates.OpenForRestart());
        Assert.All(report.Results, result => Assert.Equal(Verdict.Allow, result.Verdict.Verdict));
        Assert.Equal(GatePipeline.ForRestart.Select(gate => gate.Name), report.Results.Select(result => result.Gate));
        Assert.NotNull(permit);
        Assert.Null(Permit.Request("uid-1/1", SampleGates.OpenForRestart() with { Step = new ProposedStep(RemediationAction.Restart, null) }).Permit);
    }

    [Fact]
    public void ARestartOfAllPodsIsHeldAgainstItsOwnGates()
    {
        var (report, permit) = Permit.Request("uid-1/1", SampleGates.OpenForRollingRestart());
        Assert.All(report.Results, result => Assert.Equal(Verdict.Allow, result.Verdict.Verdict));
        Assert.Equal(GatePipeline.ForRollingRestart.Select(gate => gate.Name), report.Results.Select(result => result.Gate));
        Assert.NotNull(permit);
    }

    public static TheoryData<string> RollingGateNames => [.. GatePipeline.ForRollingRestart.Select(gate => gate.Name).Where(gate => gate != "RollingRestart")];

    [Theory]
    [MemberData(nameof(RollingGateNames))]
    public void OneGateAloneHoldsARestartOfAllPods(string gate)
    {
        var (report, permit) = Permit.Request("uid-1/1", Objections[gate](SampleGates.OpenForRollingRestart()));
        Assert.Null(permit);
        Assert.NotEqual(Verdict.Allow, report.Results.Single(result => result.Gate == gate).Verdict.Verdict);
    }

    [Fact]
    public void AStepWithoutGatesIsNoStep() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Permit.Request("uid-1/1", SampleGates.Open() with { Step = new ProposedStep((RemediationAction)99, null) }));

    [Fact]
    public void GateNamesAreUniqueAndFitIntoTheRecord()
    {
        Assert.All(new[] { GatePipeline.ForRollback, GatePipeline.ForRestart, GatePipeline.ForRollingRestart, GatePipeline.ForScale, GatePipeline.ForUndo, GatePipeline.ForContinuation, GatePipeline.ForReturn }, gates =>
        {
            Assert.Equal(gates.Count, gates.Select(gate => gate.Name).Distinct().Count());
            Assert.True(gates.Count <= StatusLimits.GateVerdicts);
        });
    }

    [Fact]
    public void APermitCannotBeMadeBesideThePipeline()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        Assert.True(typeof(Permit).IsSealed);
        Assert.All(typeof(Permit).GetConstructors(all), constructor => Assert.True(constructor.IsPrivate));
        Assert.All(typeof(Permit).GetProperties(all), property => Assert.False(property.CanWrite));
        var makers = typeof(Permit).GetMethods(all).Where(method => method.ReturnType.ToString().Contains(typeof(Permit).FullName!, StringComparison.Ordinal));
        Assert.Equal([nameof(Permit.Request)], makers.Select(method => method.Name));
    }

    private static readonly Dictionary<string, Func<GateContext, GateContext>> Objections = new()
    {
        ["EmergencyStop"] = c => c with { EmergencyStop = true },
        ["Hold"] = c => c.Workload(w => w with { Annotations = new Dictionary<string, string> { [ApiGroup.HoldAnnotation] = "true" } }),
        ["Storm"] = c => c with { Storm = new StormState(IsOn: true, "many") },
        ["Origin"] = c => c.Bundle(b => b with { Signals = [SampleBundle.Fires("errors", null)] }) with { Origins = ["cart-1 of Deployment cart"] },
        ["DryRun"] = c => c with { IsDryRun = true },
        ["Mode"] = c => c.Policy(p => p with { Mode = PolicyMode.Observe }),
        ["Ladder"] = c => c.Policy(p => p with { Ladder = [] }),
        ["GitOps"] = c => c.Bundle(b => b with { Ownership = null }),
        ["OptOut"] = c => c.Workload(w => w with { Annotations = new Dictionary<string, string> { [ApiGroup.DoNotActAnnotation] = "true" } }),
        ["Quarantine"] = c => c with { Rollbacks = null },
        ["Confidence"] = c => c.Accepting(h => h with { Confidence = 0.5 }),
        ["Evidence"] = c => c.Accepting(h => h with { For = [] }),
        ["MinimumTraffic"] = c => c.Bundle(b => b with { Workload = SampleWorkload.RolledOut(), Signals = [] }),
        ["RolloutInProgress"] = c => c.Workload(w => w with { Generation = 9 }),
        ["Feasibility"] = c => c.Workload(w => w with { Paused = true }),
        ["KnownGoodRevision"] = c => c.Bundle(b => b with { KnownGood = [] }),
        ["Configuration"] = c => c.To(SampleWorkload.Revision(SampleWorkload.OldFacts with { ConfigReferences = [new("ConfigMap", "settings", false)] }, 1, "rs", SampleWorkload.Now)),
        ["Services"] = c => c.Workload(w => w with { Current = w.Current with { Ports = new HashSet<string> { "web" } } }),
        ["OneActionPerWorkload"] = c => c with { ActionsUnderWay = ["other"] },
        ["ActionsPerHour"] = c => c with { RecentActions = null },
    };

    private sealed class ThrowingGate(Exception exception) : IGate
    {
        public string Name => "Throwing";

        public GateVerdict Evaluate(GateContext context) => throw exception;
    }
}
