using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Why a run of a CronJob did not begin: another one goes on and it forbids two, its starting deadline, and the Events about it
/// (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations).
/// </summary>
public sealed class CronJobAnalyser : IAnalyser
{
    private const string Source = "cronjob";
    private const int MostEvents = 3;

    /// <summary>Controllers look every ten seconds: with a shorter deadline they may come too late for every run.</summary>
    private static readonly TimeSpan ShortestDeadline = TimeSpan.FromSeconds(10);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle.Workload.CronJob is not { } cron || bundle.Signals.FirstOrDefault(signal => signal is { Signal: CronJobSigns.RunMissed, State: SignalState.Firing }) is not { Since: { } since } missed)
        {
            return;
        }

        var reference = bundle.Workload.Key.Reference;
        var reasons = Reasons(cron, since, bundle.CollectedAt).Concat(Warnings(bundle)).ToList();
        var subject = $"CronJob {bundle.Workload.Key.Name}: {(reasons.Count > 0 ? reasons[0].Text : "neither its spec nor an Event tells why; does the CronJob controller run?")}";
        @case.For(Cause.MissedRun, subject, @case.Find(EvidenceKind.ContainerState, Source, since, 0.85, $"{missed.Signal}: {missed.Message}", reference));
        foreach (var (text, strength, time, where) in reasons)
        {
            @case.For(Cause.MissedRun, subject, @case.Find(EvidenceKind.ContainerState, where ?? Source, time, strength, text, reference));
        }
    }

    /// <summary>What its own spec and status tell, what explains most first.</summary>
    private static IEnumerable<(string Text, double Strength, DateTimeOffset? Time, string? Where)> Reasons(CronJobState cron, DateTimeOffset since, DateTimeOffset now)
    {
        // A run that began after the other one was due did not keep it from beginning.
        if (cron.ForbidsConcurrency && cron.Active.FirstOrDefault(run => !(run.StartedAt > since)) is { } active)
        {
            yield return ($"concurrencyPolicy Forbid, and {active.Job} goes on{(active.StartedAt is { } began ? $" for {Quantities.Format(now - began)}" : "")}", 0.8, active.StartedAt, null);
        }

        if (cron.StartingDeadline < ShortestDeadline)
        {
            yield return ($"startingDeadlineSeconds {cron.StartingDeadline.Value.TotalSeconds:0} is shorter than the controller's pace of {Quantities.Format(ShortestDeadline)}", 0.6, null, null);
        }
        else if (cron.StartingDeadline is { } deadline && now > since + deadline)
        {
            yield return ($"startingDeadlineSeconds {deadline.TotalSeconds:0} are over: the run is not made up for", 0.3, since + deadline, null);
        }
        else if (MissedRuns.Of(cron, now).Count == MissedRuns.Most)
        {
            yield return ("more than 100 runs were missed, and without startingDeadlineSeconds a controller may start none any more", 0.4, null, null);
        }
    }

    private static IEnumerable<(string Text, double Strength, DateTimeOffset? Time, string? Where)> Warnings(EvidenceBundle bundle) =>
        bundle.Events.Where(one => one.Type == "Warning").GroupBy(one => one.Reason).Select(same => same.MaxBy(one => one.Time)!).Take(MostEvents)
            .Select(one => ($"{one.Object} {one.Reason} (×{one.Count}): {one.Message}", 0.5, one.Time, (string?)"events"));
}
