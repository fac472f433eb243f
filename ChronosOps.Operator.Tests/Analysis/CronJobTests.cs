using System.Globalization;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>The CronJob backup, which was made on a Monday at midnight. Times are of that week, in UTC.</summary>
public sealed class CronJobTests
{
    private static readonly DateTimeOffset Created = At("2026-06-01 00:00");

    /// <summary>The time is that of the first run that was missed; null where none was.</summary>
    [Theory]
    [InlineData("0 3 * * *", null, null, "2026-06-01 03:00", null)]
    [InlineData("0 3 * * *", null, null, "2026-06-01 03:01", "2026-06-01 03:00")]
    [InlineData("0 3 * * *", null, "2026-06-01 03:00", "2026-06-02 02:59", null)]
    [InlineData("0 3 * * *", null, "2026-06-01 03:00", "2026-06-04 12:00", "2026-06-02 03:00")]
    [InlineData("@hourly", null, "2026-06-01 03:00", "2026-06-01 04:30", "2026-06-01 04:00")]
    [InlineData("*/15 9-17 * * MON-FRI", null, "2026-06-05 17:45", "2026-06-07 12:00", null)]
    [InlineData("*/15 9-17 * * MON-FRI", null, "2026-06-05 17:45", "2026-06-08 09:01", "2026-06-08 09:00")]
    [InlineData("0 3 * * *", "Europe/Berlin", null, "2026-06-01 01:01", "2026-06-01 01:00")]
    [InlineData("0 3 * * *", "America/New_York", "2026-06-01 07:00", "2026-06-02 06:59", null)]
    [InlineData("0 3 * * *", "America/New_York", "2026-06-01 07:00", "2026-06-02 07:01", "2026-06-02 07:00")]
    public void ARunThatIsAMinuteLateIsMissed(string schedule, string? zone, string? last, string now, string? expected) =>
        Assert.Equal(Maybe(expected), Missed(Cron(schedule, zone, last), now).Since);

    /// <summary>Where both are given, the controller runs on either, though others mean both by it: 2026-06-15 is a Monday, the 13th a Saturday.</summary>
    [Theory]
    [InlineData("0 0 13 * 1", "2026-06-12 12:00", "2026-06-13 00:00")]
    [InlineData("0 0 13 * 1", "2026-06-13 12:00", "2026-06-15 00:00")]
    [InlineData("0 0 */20 * 1", "2026-06-16 12:00", "2026-06-21 00:00")]
    [InlineData("0 0 * * 1", "2026-06-12 12:00", "2026-06-15 00:00")]
    [InlineData("0 0 ? * 1", "2026-06-12 12:00", "2026-06-15 00:00")]
    [InlineData("0 0 13 * *", "2026-06-13 12:00", "2026-07-13 00:00")]
    public void ADayOfTheMonthBesideADayOfTheWeekMeansEither(string schedule, string after, string expected) =>
        Assert.Equal(At(expected), CronSchedule.Parse(schedule)!.Next(At(after), TimeZoneInfo.Utc));

    /// <summary>Clocks in Berlin went forward from 02:00 to 03:00 on 2026-03-29.</summary>
    [Fact]
    public void ATimeThatClocksLeaveOutIsNotMissed() =>
        Assert.Equal(At("2026-03-30 00:30"), CronSchedule.Parse("30 2 * * *")!.Next(At("2026-03-28 12:00"), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    /// <summary>Nothing tells the zone of a controller but what it did: the last run of a schedule for 3 o'clock was at 1.</summary>
    [Theory]
    [InlineData("2026-06-03 00:59", null)]
    [InlineData("2026-06-03 01:01", "2026-06-03 01:00")]
    public void TheLastRunTellsTheZoneOfAControllerThatDoesNotRunByUtc(string now, string? expected) =>
        Assert.Equal(Maybe(expected), Missed(Cron("0 3 * * *", null, "2026-06-02 01:00"), now).Since);

    /// <summary>At 01:00 UTC it is 3 o'clock in one zone and 5 in another: a run is missed when it is due by both.</summary>
    [Fact]
    public void AmongSeveralZonesTheOneCountsByWhichARunIsDueLast() =>
        Assert.Equal((null, At("2026-06-02 23:00")), (Missed(Cron("0 3,5 * * *", null, "2026-06-02 01:00"), "2026-06-02 22:59").Since, Missed(Cron("0 3,5 * * *", null, "2026-06-02 01:00"), "2026-06-03 02:00").Since));

    [Fact]
    public void WhatFellDueBeforeItWasResumedIsNotMissed()
    {
        var (memory, cron) = (new CronJobMemory(), Cron("0 3 * * *", null, "2026-06-01 03:00"));
        var before = memory.Remember(Workload(cron with { IsSuspended = true }), At("2026-06-01 04:00")).CronJob!;
        var after = memory.Remember(Workload(cron), At("2026-06-02 08:00")).CronJob!;
        Assert.Equal((null, null, At("2026-06-03 03:00")), (Missed(before, "2026-06-05 12:00").Since, Missed(after, "2026-06-03 02:59").Since, Missed(after, "2026-06-03 03:01").Since));
    }

    [Fact]
    public void WhatFellDueByAScheduleThatIsNewToUsCountsFromNowOn()
    {
        var cron = new CronJobMemory().Remember(Workload(Cron("7 5 * * *", "UTC", "2026-06-01 03:00")), At("2026-06-03 12:00")).CronJob!;
        Assert.Equal((null, At("2026-06-04 05:07")), (Missed(cron, "2026-06-03 13:00").Since, Missed(cron, "2026-06-04 05:09").Since));
    }

    [Theory]
    [InlineData("@every 1h", null, "it cannot be told when runs are due: the schedule '@every 1h' is not understood")]
    [InlineData("CRON_TZ=Europe/Berlin 0 3 * * *", null, "it cannot be told when runs are due: the schedule 'CRON_TZ=Europe/Berlin 0 3 * * *' is not understood")]
    [InlineData("", null, "it cannot be told when runs are due: the schedule '' is not understood")]
    [InlineData("0 3 * * *", "Mars/Olympus", "it cannot be told when runs are due: the time zone 'Mars/Olympus' is not known here")]
    public void WhatIsNotUnderstoodIsUnknownAndNotHealthy(string schedule, string? zone, string expected)
    {
        var sign = Assert.Single(CronJobSigns.Judge(Cron(schedule, zone, null), At("2026-06-04 12:00")));
        Assert.Equal((SignalState.Unknown, expected), (sign.State, sign.Message));
    }

    [Theory]
    [InlineData("2026-06-01 03:05", "the run that was due at 2026-06-01 03:00Z has not begun")]
    [InlineData("2026-06-02 03:05", "the run that was due at 2026-06-01 03:00Z has not begun, nor has the next one")]
    [InlineData("2026-06-04 12:00", "the run that was due at 2026-06-01 03:00Z has not begun, nor have the 3 after it")]
    [InlineData("2026-12-01 12:00", "the run that was due at 2026-06-01 03:00Z has not begun, nor have more than 99 after it")]
    public void ItIsSaidHowManyRunsWereMissed(string now, string expected)
    {
        var sign = Assert.Single(CronJobSigns.Judge(Cron("0 3 * * *", "Etc/UTC", null), At(now)));
        Assert.Equal((SignalState.Firing, At("2026-06-01 03:00"), true, expected), (sign.State, sign.Since, sign.IsKubernetesSign, sign.Message));
    }

    private static readonly Dictionary<string, (Func<CronJobState, CronJobState> Cron, string Expected)> Reasons = new()
    {
        ["a run goes on and two are forbidden"] = (c => c with { ForbidsConcurrency = true, Active = [new("backup-1", At("2026-06-01 02:00"))] }, "concurrencyPolicy Forbid, and backup-1 goes on for 1h05m"),
        ["it is not known since when it goes on"] = (c => c with { ForbidsConcurrency = true, Active = [new("backup-1", null)] }, "concurrencyPolicy Forbid, and backup-1 goes on"),
        ["the deadline is too short"] = (c => c with { StartingDeadline = TimeSpan.FromSeconds(5) }, "startingDeadlineSeconds 5 is shorter than the controller's pace of 10s"),
        ["the deadline is over"] = (c => c with { StartingDeadline = TimeSpan.FromSeconds(60) }, "startingDeadlineSeconds 60 are over: the run is not made up for"),
        ["there are very many"] = (c => c with { CreatedAt = At("2025-06-01 00:00") }, "more than 100 runs were missed, and without startingDeadlineSeconds a controller may start none any more"),
        ["two are allowed"] = (c => c with { Active = [new("backup-1", At("2026-06-01 02:00"))] }, "neither its spec nor an Event tells why; does the CronJob controller run?"),
        ["the run that goes on began later"] = (c => c with { ForbidsConcurrency = true, Active = [new("by-hand", At("2026-06-01 03:02"))] }, "neither its spec nor an Event tells why; does the CronJob controller run?"),
    };

    public static TheoryData<string> Situations => [.. Reasons.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void ItIsSaidWhyNoRunBeganAndNothingIsEverDone(string situation)
    {
        var (change, expected) = Reasons[situation];
        var bundle = Bundle(change(Cron("0 3 * * *", "Etc/UTC", null)));
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.MissedRun, $"CronJob backup: {expected}"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        foreach (var one in new[] { diagnosis, diagnosis with { Accepted = null }, diagnosis with { Accepted = diagnosis.Accepted! with { Cause = Cause.BadRelease } } })
        {
            var choice = Ladder.Next(SampleGates.OpenForScale().Policy, bundle, one, []);
            Assert.Equal((null, "KindNotActedOn"), (choice.Step, choice.Reason));
        }
    }

    [Fact]
    public void AnEventThatTellsWhyIsTold()
    {
        var diagnosis = Analysers.Diagnose(Bundle(Cron("0 3 * * *", "Etc/UTC", null)) with { Events = [new EventFact(Created, "Warning", "FailedCreate", "CronJob/backup", "exceeded quota: team", 6)] });
        Assert.Equal("CronJob backup: CronJob/backup FailedCreate (×6): exceeded quota: team", diagnosis.Accepted?.Subject);
    }

    [Fact]
    public void ACronJobIsReadFromTheApi()
    {
        var cron = new V1CronJob
        {
            Metadata = new() { Name = "backup", NamespaceProperty = "shop", Uid = "uid-backup", CreationTimestamp = Created, Labels = new() { ["app"] = "backup" } },
            Spec = new() { Schedule = "0 3 * * *", TimeZone = "", ConcurrencyPolicy = "Forbid", StartingDeadlineSeconds = 30, Suspend = false, JobTemplate = new() { Spec = new() { Template = SampleTemplate.Of("registry.example/backup:1") } } },
            Status = new() { LastScheduleTime = At("2026-06-01 03:00"), Active = [new V1ActiveJob { Name = "backup-1" }, new V1ActiveJob { Name = "backup-2" }] },
        };
        var snapshot = CronJobSnapshots.Of(CacheTransforms.Slim(cron), name => name == "backup-1" ? new V1Job { Status = new() { StartTime = At("2026-06-01 03:00") } } : null);
        Assert.Equal(("cronjob/backup", true, true), (snapshot.Key.Reference, snapshot.IsBatch, snapshot.RolloutComplete));
        Assert.Equal(["registry.example/backup:1"], snapshot.Current.Containers.Select(container => container.Image));
        var state = snapshot.CronJob!;
        Assert.Equal((null, false, true, TimeSpan.FromSeconds(30), At("2026-06-01 03:00")), (state.TimeZone, state.IsSuspended, state.ForbidsConcurrency, state.StartingDeadline, state.LastRun));
        Assert.Equal([new ActiveRun("backup-1", At("2026-06-01 03:00")), new ActiveRun("backup-2", null)], state.Active);
    }

    private static MissedRuns Missed(CronJobState cron, string now) => MissedRuns.Of(cron, At(now));

    private static EvidenceBundle Bundle(CronJobState cron) => SampleBundle.BadRelease() with
    {
        CollectedAt = At("2026-06-01 03:05"),
        OnsetAt = At("2026-06-01 03:00"),
        Workload = Workload(cron),
        Signals = CronJobSigns.Judge(cron, At("2026-06-01 03:05")),
        Measures = [],
        KnownGood = [],
    };

    private static CronJobState Cron(string schedule, string? zone, string? last) =>
        new() { Schedule = schedule, TimeZone = zone, CreatedAt = Created, KnownSince = Created, LastRun = last is null ? null : At(last) };

    private static WorkloadSnapshot Workload(CronJobState state)
    {
        var cron = new V1CronJob { Metadata = new() { Name = "backup", NamespaceProperty = "shop", Uid = "uid-backup", CreationTimestamp = Created } };
        return CronJobSnapshots.Of(cron, _ => null) with { CronJob = state };
    }

    private static DateTimeOffset? Maybe(string? text) => text is null ? null : At(text);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
