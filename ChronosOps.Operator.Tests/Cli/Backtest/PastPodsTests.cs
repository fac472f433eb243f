using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class PastPodsTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    [Fact]
    public void TheFirstPodOfAnotherHashBeginsARolloutAndTheLastOneOfTheOldEndsIt()
    {
        var past = Past(WorkloadKind.Deployment, 1200, ("web-5f8d6c7b9-bcdfg", 0, 660), ("web-7c9b4d8f6-bcdfg", 600, 1200));
        Assert.Equal(("5f8d6c7b9", null), (past.At(585).Current.Revision, past.At(585).RollingSince));
        Assert.Equal(("7c9b4d8f6", PastTraffic.At(585), false), (past.At(600).Current.Revision, past.At(600).RolloutStartedAt, past.At(600).RolloutComplete));
        Assert.Equal(PastTraffic.At(585), past.At(660).RollingSince);
        Assert.Equal((null, true, 1), (past.At(705).RollingSince, past.At(705).RolloutComplete, past.At(705).Pods.Count));
        Assert.Equal("5f8d6c7b9", past.At(705).Previous!.Hash);
    }

    [Fact]
    public void AReturnToTheEarlierReleaseIsARolloutOfIt()
    {
        var past = Past(WorkloadKind.Deployment, 1800, ("web-5f8d6c7b9-bcdfg", 0, 600), ("web-7c9b4d8f6-bcdfg", 600, 1200), ("web-5f8d6c7b9-hjklm", 1200, 1800));
        Assert.Equal(("5f8d6c7b9", PastTraffic.At(1185)), (past.At(1500).Current.Revision, past.At(1500).RolloutStartedAt));
        Assert.Equal([("7c9b4d8f6", 585.0), ("5f8d6c7b9", 1185.0)], past.Workload.Rollouts.Select(rollout => (rollout.Revision, (rollout.At - PastTraffic.At(0)).TotalSeconds)));
    }

    [Fact]
    public void WhatIsThereAtFirstWasThereBefore()
    {
        var past = Past(WorkloadKind.Deployment, 600, ("web-5f8d6c7b9-bcdfg", 0, 600), ("web-7c9b4d8f6-bcdfg", 60, 600), ("web-5f8d6c7b9-hjklm", 0, 600));
        Assert.Equal(("5f8d6c7b9", PastTraffic.At(-86400)), (past.At(300).Current.Revision, past.At(300).RolloutStartedAt));
        Assert.All(past.At(300).Pods, pod => Assert.Equal(PastTraffic.At(-86400), pod.CreatedAt));
        Assert.Empty(past.Workload.Rollouts);
    }

    [Fact]
    public void AGapInWhichNothingWasScrapedIsNoRolloutAndHidesWhenAPodCame()
    {
        var past = Past(WorkloadKind.Deployment, 1800, ("web-5f8d6c7b9-bcdfg", 0, 600), ("web-5f8d6c7b9-bcdfg", 1200, 1800), ("web-5f8d6c7b9-hjklm", 1200, 1800));
        Assert.Empty(past.At(900).Pods);
        Assert.Equal(["web-5f8d6c7b9-bcdfg", "web-5f8d6c7b9-hjklm"], past.At(1500).Pods.Select(pod => pod.Name));
        Assert.Equal(PastTraffic.At(600), past.At(1500).Pods[1].CreatedAt);
        Assert.Empty(past.Workload.Rollouts);
    }

    [Fact]
    public void NothingIsKnownBeforeItHappens()
    {
        var past = Past(WorkloadKind.Deployment, 1200, ("web-5f8d6c7b9-bcdfg", 0, 1200), ("web-7c9b4d8f6-bcdfg", 600, 1200));
        Assert.DoesNotContain(past.At(585).Revisions, revision => revision.Hash == "7c9b4d8f6");
    }

    [Fact]
    public void PodsOfAStatefulSetTellNoRevision()
    {
        var past = Past(WorkloadKind.StatefulSet, 1200, ("db-0", 0, 1200), ("db-1", 600, 1200));
        Assert.Equal([PastWorkload.OneRevision, PastWorkload.Earlier], past.At(900).Revisions.Select(revision => revision.Hash));
        Assert.Equal((2, true), (past.At(900).Replicas, past.At(900).RolloutComplete));
    }

    private static History Past(WorkloadKind kind, int until, params (string Pod, int From, int To)[] spans)
    {
        var pods = new PastPods(SamplePolicy.Effective() with { WorkloadKind = kind, WorkloadName = null }, null, Step);
        var history = new History();

        // In two parts, as chunks of history are read.
        foreach (var (from, to) in new[] { (0, until / 2), (until / 2, until) })
        {
            var window = new HistoryWindow();
            window.Append("q", Step, [.. spans.Select(span => new Series(
                new Dictionary<string, string> { ["pod"] = span.Pod, ["k"] = $"{span.From}" },
                [.. Enumerable.Range(0, (until / 15) + 1).Select(k => k * 15).Where(at => at >= from && at <= to && at >= span.From && at <= span.To).Select(at => new Point(PastTraffic.At(at), 1))]))]);
            history.Take(pods.Advance(window, PastTraffic.At(0), PastTraffic.At(to)));
        }

        return history;
    }

    /// <summary>The snapshots after each change.</summary>
    private sealed class History
    {
        private readonly List<(DateTimeOffset At, Operator.Workloads.WorkloadSnapshot Snapshot)> _snapshots = [];

        public PastWorkload Workload { get; private set; } = null!;

        public void Take(ILookup<PastWorkload, PodChange> changes)
        {
            foreach (var same in changes.SelectMany(group => group.GroupBy(change => change.At).Select(at => (Workload: group.Key, Changes: at.ToList()))))
            {
                Workload = same.Workload;
                same.Workload.Apply(same.Changes);
                _snapshots.Add((same.Changes[0].At, same.Workload.Snapshot));
            }
        }

        public Operator.Workloads.WorkloadSnapshot At(double seconds) => _snapshots.Last(one => one.At <= PastTraffic.At(seconds)).Snapshot;
    }
}
