using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A ConfigMap of a proven release was changed in place, and pods started with it afterwards.</summary>
public sealed class ConfigurationStartTests
{
    private const string Proved = "; the release had proved itself with pods that started before";

    /// <summary>Without the change nothing explains it.</summary>
    [Fact]
    public void AReleaseThatFailsOnceItIsRestartedAfterAChangeIsNotToBlame()
    {
        var bundle = Restarted();
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.BadConfiguration, "ConfigMap settings"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.Equal("all 3 pods started after ConfigMap settings was changed" + Proved, Rejection(diagnosis, Cause.BadRelease));
        Assert.Equal("NoRungHelps", Ladder.Next(SamplePolicy.Effective(), bundle, diagnosis, []).Reason);

        Assert.Null(Analysers.Diagnose(bundle with { Configs = [] }).Accepted);
    }

    /// <summary>Without the change the same is a pod that is ill by itself, where it served well first and so was not warming up.</summary>
    [Fact]
    public void APodWhoseContainerAloneStartedAfterAChangeIsNotIllByItself()
    {
        var bundle = OneContainer();
        bundle = bundle with { PodMeasures = [.. bundle.PodMeasures.Select(measure => measure with { WellBefore = true })] };
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal(Cause.BadConfiguration, diagnosis.Accepted?.Cause);
        Assert.Equal("1 of 3 pods started after ConfigMap settings was changed, and it alone shows it" + Proved, Rejection(diagnosis, Cause.PodFault));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Change], diagnosis.Accepted!.Kinds.Order());

        Assert.Equal(Cause.PodFault, Analysers.Diagnose(bundle with { Configs = [] }).Accepted?.Cause);
    }

    /// <summary>Of a pod with several containers the one that was started anew has read the change.</summary>
    [Fact]
    public void OneContainerOfAPodSuffices()
    {
        var bundle = Change(OneContainer(), 1, pod => pod with { Containers = [.. pod.Containers, SampleWorkload.Container() with { RunsSince = SampleWorkload.At(-7195) }] });
        Assert.Equal(Cause.BadConfiguration, Analysers.Diagnose(bundle).Accepted?.Cause);
    }

    /// <summary>The first pod of a restart ends with an error, or waits for a key that the ConfigMap holds no more; those that started before run on.</summary>
    [Theory]
    [InlineData(PodSigns.CrashLoop)]
    [InlineData(PodSigns.ContainerConfigError)]
    public void NewPodsThatCannotRunBesideOldOnesOfTheSameReleaseSaySoToo(string sign)
    {
        var container = SampleWorkload.Container(ready: false);
        container = sign == PodSigns.CrashLoop
            ? container with { RestartCount = 2, WaitingReason = "CrashLoopBackOff", RanSince = SampleWorkload.At(-22), TerminatedAt = SampleWorkload.At(-21), ExitCode = 1 }
            : container with { WaitingReason = "CreateContainerConfigError" };
        var bundle = OneContainer();
        var release = Restarted();
        bundle = bundle with
        {
            Workload = release.Workload with { Pods = [Started(bundle.Workload.Pods[0], -100), Started(bundle.Workload.Pods[1], -100), SampleWorkload.Pod("checkout-7d44f8-nnnn1", SampleWorkload.Old, SampleWorkload.At(-25), ready: false, container)] },
            Signals = [SampleBundle.Sign(sign) with { Revision = SampleWorkload.Old }],
            KnownGood = release.KnownGood,
            Measures = [],
            PodMeasures = [],
        };
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal(Cause.BadConfiguration, diagnosis.Accepted?.Cause);
        Assert.Equal("1 of 3 pods started after ConfigMap settings was changed, and it alone shows it" + Proved, Rejection(diagnosis, Cause.BadRelease));
        Assert.Null(Analysers.Diagnose(bundle with { Configs = [] }).Accepted);
    }

    /// <summary>Three hours ago nobody noticed, since no pod read it.</summary>
    [Fact]
    public void AChangeOfLongAgoShowsWhenPodsStartWithIt()
    {
        var bundle = OneContainer(changed: -10820);
        var diagnosis = Analysers.Diagnose(bundle with
        {
            Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Select(pod => Started(pod, -40) with { CreatedAt = SampleWorkload.At(-42) })] },
            KnownGood = [bundle.KnownGood[0] with { StartedAt = SampleWorkload.At(-86390) }],
            PodMeasures = [],
        });
        Assert.Equal(Cause.BadConfiguration, diagnosis.Accepted?.Cause);
        Assert.Contains(diagnosis.Accepted!.For, argument => argument.Finding.Message == "ConfigMap settings was changed in place 3h00m before the trouble");
    }

    /// <summary>In the midst of a restart, with too few requests to tell one pod from another.</summary>
    [Fact]
    public void WherePodsCannotBeToldTheReleaseIsNotBlamedEither()
    {
        var bundle = Change(Restarted(), 0, pod => Started(pod, -100));
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Contains(diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Against,
            argument => argument.Finding.Message == "2 of 3 pods started after ConfigMap settings was changed, and which ones show it cannot be told" + Proved);
        Assert.NotEqual(Cause.BadRelease, diagnosis.Accepted?.Cause);

        var told = bundle with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.5)] };
        Assert.Equal("2 of 3 pods started after ConfigMap settings was changed, and they alone show it" + Proved, Rejection(Analysers.Diagnose(told), Cause.BadRelease));
    }

    private static readonly Dictionary<string, Func<EvidenceBundle>> Undecisive = new()
    {
        ["the release has not proved itself"] = () => Restarted() with { KnownGood = [Restarted().KnownGood[1]] },
        ["it has proved itself with pods that started since"] = () => Good(good => good with { StartedAt = SampleWorkload.At(-45) }),
        ["it is not known with which pods it has proved itself"] = () => Good(good => good with { StartedAt = null }),
        ["it has proved itself after the trouble began"] = () => Good(good => good with { ProvenAt = SampleWorkload.At(-19) }),
        ["somebody returned to it"] = () => Of(Restarted(), w => w with { RolloutStartedAt = SampleWorkload.At(-39) }),
        ["its image may be another one now"] = () => Of(Restarted(), w => w with { Current = w.Current with { Containers = [w.Current.Containers[0] with { PullPolicy = "Always" }] } }),
        ["the change came after the trouble"] = () => Restarted() with { Configs = [Config(-4)] },
        ["it is not known when it was changed"] = () => Restarted() with { Configs = [Config(-45) with { ChangedAt = null }] },
        ["the release does not refer to it"] = () => Restarted() with { Configs = [Config(-45) with { Revisions = [SampleWorkload.New] }] },
        ["it holds what it held before"] = () => Restarted() with { Configs = [Config(-45) with { Kept = new KeptConfig("settings-known-good", SampleWorkload.At(-3600), new ConfigDifference([], [], []), null, "") }] },
        ["no pod started since"] = () => Of(Restarted(), w => w with { Pods = [.. w.Pods.Select(pod => Started(pod, -100))] }),
        ["the pods started after the trouble began"] = () => Of(Restarted(), w => w with { Pods = [.. w.Pods.Select(pod => Started(pod, -4) with { CreatedAt = SampleWorkload.At(-4) })] }),
        ["one served with it for long"] = () => Change(OneContainer(changed: -3600), 2, pod => Started(pod, -621)) with { PodMeasures = [] },
        ["one that started before is ill too"] = () => OneContainer() with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)] },
        ["one that started since is well"] = () => Change(OneContainer(), 2, pod => Started(pod, -25)),
        ["one that started since was ready before, and is"] = () => Crashing(w => w with { Pods = [w.Pods[0] with { ReadyChangedAt = SampleWorkload.At(-36) }, .. w.Pods.Skip(1)] }),
        ["one that started before is not ready"] = () => Crashing(w => w with { Pods = [w.Pods[0], w.Pods[1], Started(w.Pods[2], -100) with { Ready = false }] }),
        ["an image is what they wait for"] = () => Restarted() with { Signals = [SampleBundle.Sign(PodSigns.ImagePullFailure)] },
        ["nothing fires"] = () => Restarted() with { Signals = SampleBundle.NoSigns() },
    };

    public static TheoryData<string> Undecided => [.. Undecisive.Keys];

    [Theory]
    [MemberData(nameof(Undecided))]
    public void NothingIsMadeOfAStartWhere(string situation) =>
        Assert.DoesNotContain(Analysers.Diagnose(Undecisive[situation]()).Findings, finding => finding.Message.EndsWith(Proved, StringComparison.Ordinal));

    /// <summary>So that the last rows of the table would tell.</summary>
    [Fact]
    public void PodsOfARestartThatCrashAreFoundOut() =>
        Assert.Contains(Analysers.Diagnose(Crashing(w => w)).Findings, finding => finding.Message.EndsWith(Proved, StringComparison.Ordinal));

    /// <summary>Released two minutes ago and proven since; then the ConfigMap was changed, and five seconds later all pods were started anew.</summary>
    private static EvidenceBundle Restarted()
    {
        var before = SampleWorkload.NewRevision with { Number = 0, CreatedAt = SampleWorkload.At(-80000) };
        var settled = SampleWorkload.Settled();
        return SampleBundle.PodFault() with
        {
            Workload = settled with
            {
                RolloutStartedAt = SampleWorkload.At(-120),
                Revisions = [SampleWorkload.OldRevision with { CreatedAt = SampleWorkload.At(-120) }, before],
                Pods = [.. settled.Pods.Select(pod => Started(pod, -38) with { CreatedAt = SampleWorkload.At(-40) })],
            },
            Measures = [SampleBundle.Measure(SampleWorkload.Old, 0.4, 300), SampleBundle.Measure(SampleWorkload.New, 0, 900) with { DuringTrouble = false, SeenAt = SampleWorkload.At(-110) }],
            PodMeasures = [],
            Configs = [Config(-45)],
            KnownGood =
            [
                new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-90), SampleWorkload.At(-40), SampleWorkload.At(-118)),
                new GoodRevision(SampleWorkload.New, SampleWorkload.At(-79000), SampleWorkload.At(-120), SampleWorkload.At(-79990)),
            ],
        };
    }

    /// <summary>The pods of yesterday's release are two hours old; the container of the second one was started anew five seconds after the change, and it fails.</summary>
    private static EvidenceBundle OneContainer(double changed = -30)
    {
        var bundle = SampleBundle.PodFault();
        return bundle with
        {
            Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Select((pod, k) => Started(pod, k == 1 ? -25 : -7195))] },
            Configs = [Config(changed)],
            KnownGood = [bundle.KnownGood[0] with { StartedAt = SampleWorkload.At(-7195) }],
        };
    }

    /// <summary>All pods were started anew; the second one ends with an error again and again.</summary>
    private static EvidenceBundle Crashing(Func<WorkloadSnapshot, WorkloadSnapshot> change)
    {
        var bundle = Change(Restarted(), 1, pod => pod with { Ready = false });
        return Of(bundle, change) with { Signals = [SampleBundle.Sign(PodSigns.CrashLoop) with { Revision = SampleWorkload.Old }], Measures = [] };
    }

    private static EvidenceBundle Good(Func<GoodRevision, GoodRevision> change) => Restarted() with { KnownGood = [change(Restarted().KnownGood[0]), Restarted().KnownGood[1]] };

    private static EvidenceBundle Of(EvidenceBundle bundle, Func<WorkloadSnapshot, WorkloadSnapshot> change) => bundle with { Workload = change(bundle.Workload) };

    private static EvidenceBundle Change(EvidenceBundle bundle, int number, Func<PodSnapshot, PodSnapshot> change) =>
        Of(bundle, w => w with { Pods = [.. w.Pods.Select((pod, k) => k == number ? change(pod) : pod)] });

    /// <summary>Its container runs since then; a pod that was created later was created two seconds before that.</summary>
    private static PodSnapshot Started(PodSnapshot pod, double at) => pod with
    {
        CreatedAt = pod.CreatedAt > SampleWorkload.At(at) ? SampleWorkload.At(at - 2) : pod.CreatedAt,
        Containers = [SampleWorkload.Container(pod.Ready) with { RunsSince = SampleWorkload.At(at) }],
    };

    private static ConfigFact Config(double changed) => new(new ConfigReference("ConfigMap", "settings", false), true, SampleWorkload.At(changed), [SampleWorkload.Old, SampleWorkload.New]);

    private static string? Rejection(Diagnosis diagnosis, Cause cause) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == cause).Rejection;
}
