using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Why a Job was given up: the controller's reason, how its containers ended, and the Events about its pods.</summary>
public sealed class JobAnalyser : IAnalyser
{
    private const string Source = "job";
    private const int MostEvents = 3;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle.Workload.Job is not { } job)
        {
            return;
        }

        var reference = bundle.Workload.Key.Reference;
        var firing = bundle.Signals.Where(signal => signal is { IsKubernetesSign: true, State: SignalState.Firing }).ToList();
        var ends = (from pod in bundle.Workload.Pods
                    from container in pod.Containers
                    where container.ExitCode is not (null or 0)
                    group pod by (container.Name, container.TerminatedReason, container.ExitCode) into same
                    orderby same.Count() descending
                    select $"container {same.Key.Name} of {same.Count()} pods ended with exit code {same.Key.ExitCode} ({same.Key.TerminatedReason ?? "no reason"})").ToList();
        var subject = $"Job {bundle.Workload.Key.Name}: {job.Reason ?? (firing.Count > 0 ? firing[0].Signal : "it has not failed")}{(ends.Count > 0 ? $", {ends[0]}" : "")}";
        foreach (var sign in firing)
        {
            @case.For(Cause.JobFailure, subject, @case.Find(EvidenceKind.ContainerState, Source, sign.Since, 0.85, $"{sign.Signal}: {sign.Message}", reference));
        }

        foreach (var end in ends)
        {
            @case.For(Cause.JobFailure, subject, @case.Find(EvidenceKind.ContainerState, Source, null, 0.5, end, reference));
        }

        foreach (var warning in bundle.Events.Where(one => one.Type == "Warning").GroupBy(one => one.Reason).Select(same => same.MaxBy(one => one.Time)!).Take(MostEvents))
        {
            @case.For(Cause.JobFailure, subject, @case.Find(EvidenceKind.ContainerState, "events", warning.Time, 0.3, $"{warning.Object} {warning.Reason} (×{warning.Count}): {warning.Message}", $"event {warning.Object}"));
        }
    }
}
