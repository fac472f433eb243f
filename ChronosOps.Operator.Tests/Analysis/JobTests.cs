using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>The Job backup, whose pods ended with exit code 3 until its controller gave up.</summary>
public sealed class JobTests
{
    private static readonly DateTimeOffset GaveUp = SampleWorkload.At(-20);

    [Fact]
    public void AJobThatWasGivenUpFiresSinceThen()
    {
        var sign = Signs(Job("Failed")).Single(reading => reading.Signal == JobSigns.JobFailed);
        Assert.Equal((SignalState.Firing, GaveUp, true), (sign.State, sign.Since, sign.IsKubernetesSign));
        Assert.Equal("the Job was given up after 2 failed pods: BackoffLimitExceeded: Job has reached the specified backoff limit", sign.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Complete")]
    [InlineData("Suspended")]
    public void AJobThatRunsOrIsDoneOrWaitsFiresNothing(string? condition) => Assert.All(Signs(Job(condition)), reading => Assert.Equal(SignalState.Healthy, reading.State));

    /// <summary>To try again is what a Job is for.</summary>
    [Fact]
    public void PodsThatFailAreNoSignWhileTheJobGoesOn() =>
        Assert.All(Signs(Job(null, Pod(new V1ContainerState { Waiting = new() { Reason = "CrashLoopBackOff" } }))), reading => Assert.Equal(SignalState.Healthy, reading.State));

    [Fact]
    public void ContainersThatAreStartedAnewAreNoSignEither()
    {
        var job = Job(null);
        job = job with { Pods = [SampleWorkload.Pod("backup-1", job.Current.Revision, SampleWorkload.At(-7200), ready: true, SampleWorkload.Ends())] };
        Assert.Contains(PodSigns.Judge(job, TimeSpan.MaxValue, SampleWorkload.Now), reading => reading is { Signal: PodSigns.Restarting, State: SignalState.Firing });
        Assert.All(Signs(job), reading => Assert.Equal(SignalState.Healthy, reading.State));
    }

    [Fact]
    public void AJobThatCannotStartIsSeen() =>
        Assert.Equal(SignalState.Firing, Signs(Job(null, Pod(new V1ContainerState { Waiting = new() { Reason = "ImagePullBackOff" } }))).Single(reading => reading.Signal == PodSigns.ImagePullFailure).State);

    [Fact]
    public void ItIsSaidHowItsContainersEndedAndNothingIsEverDone()
    {
        var bundle = Bundle();
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.JobFailure, "Job backup: BackoffLimitExceeded, container app of 2 pods ended with exit code 3 (Error)"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "Pod/backup-1 BackOff (×4): back-off restarting");
        var policy = SampleGates.OpenForScale().Policy;
        foreach (var one in new[] { diagnosis, diagnosis with { Accepted = null }, diagnosis with { Accepted = diagnosis.Accepted! with { Cause = Cause.BadRelease } } })
        {
            Assert.Equal((null, "KindNotActedOn"), (Ladder.Next(policy, bundle, one, []).Step, Ladder.Next(policy, bundle, one, []).Reason));
        }
    }

    [Fact]
    public void NoReleaseAndNoMissingReplicasAreBlamedForIt()
    {
        var hypotheses = Analysers.Diagnose(Bundle()).Hypotheses;
        Assert.DoesNotContain(hypotheses, hypothesis => hypothesis.Cause == Cause.ScaledToZero);
        Assert.All(hypotheses.Where(hypothesis => hypothesis.Cause == Cause.BadRelease), hypothesis => Assert.Empty(hypothesis.For));
    }

    /// <summary>Whoever applies a policy asks for what comes; and an incident that was cleared away is not opened again for the same failure.</summary>
    [Theory]
    [InlineData(-100, 0, true)]
    [InlineData(-20, 0, true)]
    [InlineData(-10, 0, false)]
    [InlineData(-100, 86_300, true)]
    [InlineData(-100, 86_400, false)]
    public void OnlyAJobThatWasGivenUpLatelyAndUnderThePolicyIsNews(int policySince, int later, bool expected)
    {
        var reading = new WorkloadReading
        {
            Time = SampleWorkload.At(later),
            Workload = Job("Failed"),
            Policy = SamplePolicy.Effective() with { CreatedAt = SampleWorkload.At(policySince) },
            Signals = [],
            Traffic = WorkloadTraffic.None,
        };
        Assert.Equal(expected, IncidentOpener.IsNews(reading));
        Assert.True(IncidentOpener.IsNews(reading with { Workload = SampleWorkload.Rolling() }));
    }

    private static EvidenceBundle Bundle()
    {
        var ended = new V1ContainerState { Terminated = new() { ExitCode = 3, Reason = "Error" } };
        var workload = Job("Failed", Pod(ended), Pod(ended));
        return SampleBundle.BadRelease() with
        {
            Workload = workload,
            Signals = Signs(workload),
            OnsetAt = GaveUp,
            Measures = [],
            KnownGood = [],
            Events = [new EventFact(GaveUp, "Warning", "BackOff", "Pod/backup-1", "back-off restarting", 4), new EventFact(GaveUp, "Normal", "Created", "Pod/backup-1", "made", 1)],
        };
    }

    private static IReadOnlyList<SignalReading> Signs(WorkloadSnapshot workload) => JobSigns.Judge(workload, workload.Job!, SampleWorkload.Now);

    private static WorkloadSnapshot Job(string? condition, params V1Pod[] pods)
    {
        var job = new V1Job
        {
            Metadata = new() { Name = "backup", NamespaceProperty = "shop", Uid = "uid-backup", CreationTimestamp = SampleWorkload.At(-300) },
            Spec = new() { Template = SampleTemplate.Of("registry.example/backup:1") },
            Status = new()
            {
                Failed = 2,
                StartTime = SampleWorkload.At(-300),
                Conditions = condition is null ? null : [new V1JobCondition { Type = condition, Status = "True", Reason = "BackoffLimitExceeded", Message = "Job has reached the specified backoff limit", LastTransitionTime = GaveUp }],
            },
        };
        var snapshot = JobSnapshots.Of(job, pods);
        Assert.Equal((WorkloadKind.Job, true), (snapshot.Key.Kind, snapshot.RolloutComplete));
        return snapshot;
    }

    private static V1Pod Pod(V1ContainerState state) => new()
    {
        Metadata = new() { Name = "backup-1", Uid = Guid.NewGuid().ToString(), CreationTimestamp = SampleWorkload.At(-200) },
        Status = new() { Phase = "Failed", ContainerStatuses = [new V1ContainerStatus { Name = "app", State = state }] },
    };
}
