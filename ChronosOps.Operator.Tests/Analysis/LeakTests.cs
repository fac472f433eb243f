using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that has served well for a day, of three pods two hours old: memory grows, or runs out.</summary>
public sealed class LeakTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public void MemoryThatGrowsInMostPodsOfASettledReleaseIsALeak()
    {
        var diagnosis = Analysers.Diagnose(SampleBundle.Leak());
        Assert.Equal((Cause.Leak, "memory of checkout"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Change], diagnosis.Accepted!.Kinds.Order());
        Assert.InRange(diagnosis.Accepted.Confidence, 0.8, 0.95);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "growth by pod: memory of 3 of 3 grows so (memory for another 15m00s, limit memory for another 30m00s)");
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis is { Cause: Cause.BadRelease, Confidence: < 0.5 });
    }

    [Fact]
    public void MemoryThatRunsOutInMostPodsAfterTheyHadRunForLongIsALeak()
    {
        var diagnosis = Analysers.Diagnose(RanOut(1, 2));
        Assert.Equal(Cause.Leak, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.95);
        Assert.Equal(3, diagnosis.Accepted.Kinds.Count);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "memory of 2 of 3 pods ran out after they had run for 1h30m or longer");
    }

    public static TheoryData<string> Situations => [.. Otherwise.Keys];

    /// <summary>Where it is another's doing, or cannot be told, nothing is certain enough to be done.</summary>
    [Theory]
    [MemberData(nameof(Situations))]
    public void NothingIsRestartedWhere(string situation)
    {
        var diagnosis = Analysers.Diagnose(Otherwise[situation]());
        Assert.False(diagnosis.Accepted is { Cause: Cause.Leak, Confidence: >= 0.8, Kinds.Count: >= 2 }, $"{diagnosis.Accepted?.Cause} {diagnosis.Accepted?.Confidence}");
        Assert.False(diagnosis.Accepted is { Cause: Cause.BadRelease or Cause.PodFault, Confidence: >= 0.8 } && situation != "a young release leaks beside a good one", $"{diagnosis.Accepted?.Cause} {diagnosis.Accepted?.Confidence}");
    }

    /// <summary>The rollback is the better remedy as long as there is a release that may not have it.</summary>
    [Fact]
    public void ALeakOfAYoungReleaseIsTheReleases()
    {
        var young = Otherwise["a young release leaks beside a good one"]();
        Assert.Equal(Cause.BadRelease, Analysers.Diagnose(young).Accepted?.Cause);
    }

    [Fact]
    public void ACauseThatIsNamedSaysWhyItIsNotCertainEnough()
    {
        var one = Analysers.Diagnose(RanOut(2));
        Assert.Equal(Cause.Leak, one.Accepted?.Cause);
        Assert.InRange(one.Accepted!.Confidence, 0.5, 0.79);
        Assert.Equal([EvidenceKind.Series], Analysers.Diagnose(Configured(SampleBundle.Leak(), -600)).Hypotheses.Single(one => one.Cause == Cause.Leak).Kinds);
        Assert.Equal(Cause.Leak, Analysers.Diagnose(Configured(SampleBundle.Leak(), -8000)).Accepted?.Cause);
    }

    private static readonly Dictionary<string, Func<EvidenceBundle>> Otherwise = new()
    {
        ["memory of one pod grows"] = () => SampleBundle.Leak() with { Signals = [SampleBundle.Growing(2), .. SampleBundle.NoSigns()] },
        ["memory of no pod that is there grows"] = () => SampleBundle.Leak() with { Signals = [SampleBundle.Growing() with { Pods = [new PodValue("checkout-5f8d6c7b9-gone1", 1, true)] }, .. SampleBundle.NoSigns()] },
        ["there are more requests"] = () => SampleBundle.Leak() with { Load = new LoadFact(30, 36) },
        ["it is not known whether there are more requests"] = () => SampleBundle.Leak() with { Load = null },
        ["the release has yet to prove itself"] = () => SampleBundle.Leak() with { KnownGood = [] },
        ["the release proved itself a moment ago"] = () => SampleBundle.Leak() with { KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-300), SampleWorkload.At(-30))] },
        ["there was another release within the hour"] = () => Released(-3000),
        ["its configuration was written meanwhile"] = () => Configured(SampleBundle.Leak(), -600),
        ["its configuration could not be looked at"] = () => Configured(SampleBundle.Leak(), null),
        ["memory ran out soon after the start"] = () => RanOut(40.0, 1, 2),
        ["it is not known how long they had run"] = () => RanOut(null, 1, 2),
        ["memory ran out in one of three pods"] = () => RanOut(2),
        ["a young release leaks beside a good one"] = () => SampleBundle.BadRelease() with { Measures = [], Signals = [SampleBundle.Sign(PodSigns.OutOfMemory)], Load = new LoadFact(30, 30) },
    };

    private static EvidenceBundle Released(double at)
    {
        var older = SampleWorkload.Revision(SampleWorkload.Facts("registry.example/checkout:0"), 0, "checkout-older", SampleWorkload.At(-200000));
        var leak = SampleBundle.Leak();
        return leak with
        {
            Workload = leak.Workload with { RolloutStartedAt = SampleWorkload.At(at), Revisions = [.. leak.Workload.Revisions, older] },
            KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(at + 300), SampleWorkload.At(-30))],
        };
    }

    private static EvidenceBundle Configured(EvidenceBundle bundle, double? changed)
    {
        var settings = new ConfigReference("ConfigMap", "settings", Optional: false);
        return bundle with
        {
            Workload = bundle.Workload with { Current = bundle.Workload.Current with { ConfigReferences = [settings] } },
            Configs = [new ConfigFact(settings, changed is not null, changed is { } at ? SampleWorkload.At(at) : null, ["another"])],
        };
    }

    private static EvidenceBundle RanOut(params int[] pods) => RanOut(5400.0, pods);

    /// <summary>The memory of these pods ran out for the third time a minute ago, after so many seconds.</summary>
    private static EvidenceBundle RanOut(double? seconds, params int[] pods)
    {
        var bundle = SampleBundle.Leak();
        var ended = SampleWorkload.Container() with { RestartCount = 3, TerminatedReason = "OOMKilled", ExitCode = 137, TerminatedAt = SampleWorkload.At(-60), RanSince = seconds is { } ran ? SampleWorkload.At(-60 - ran) : null };
        var workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Select((pod, k) => pods.Contains(k + 1) ? pod with { Containers = [ended] } : pod)] };
        return bundle with { Workload = workload, Signals = PodSigns.Judge(workload, Deadline, SampleWorkload.Now) };
    }
}
