using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Whether a Job was given up, or cannot even start. That its pods fail and are tried again is what a Job is for, so that a loop of crashes is no sign of its own. Pure.
/// </summary>
public static class JobSigns
{
    public const string JobFailed = "JobFailed";

    /// <summary>The signs of a Job.</summary>
    public static IReadOnlyList<SignalReading> Judge(WorkloadSnapshot workload, JobState job, DateTimeOffset now) =>
    [
        new SignalReading
        {
            Signal = JobFailed,
            State = job.FailedAt is null ? SignalState.Healthy : SignalState.Firing,
            Since = job.FailedAt,
            Message = job.FailedAt is null ? "not seen" : $"the Job was given up after {job.FailedPods} failed pods: {job.Reason}: {job.Message}",
            IsKubernetesSign = true,
        },
        .. PodSigns.Judge(workload, TimeSpan.MaxValue, now).Where(sign => sign.Signal is PodSigns.ImagePullFailure or PodSigns.ContainerConfigError),
    ];
}
