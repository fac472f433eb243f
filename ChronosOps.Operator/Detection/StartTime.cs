using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>How long the pods of a workload may take to become ready where its policy does not say so. Pure.</summary>
internal static class StartTime
{
    /// <summary>What a pod is given that says nothing of itself, and of which no other one has shown that it takes longer.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Before a container starts, a node is found for its pod and the image is fetched.</summary>
    private static readonly TimeSpan Preparation = TimeSpan.FromSeconds(30);

    /// <summary>A pod that is ready since later than this after its creation had been ready before, and was not for a while.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>No deadline of a policy is longer than this either.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    /// <summary>The usual; or longer, where the template's own probes let its containers start for longer, or where each pod that is ready took more than half of it.</summary>
    public static TimeSpan Allowed(WorkloadSnapshot workload)
    {
        var byProbes = workload.Current.StartAllowance > TimeSpan.Zero ? workload.Current.StartAllowance + Preparation : TimeSpan.Zero;
        var longest = new[] { Usual, byProbes, Taken(workload) * 2 }.Max();
        return longest < Most ? longest : Most;
    }

    /// <summary>How long the pod took that was the quickest to be ready, of those of any revision that are and were never started anew; 0 where there is none.</summary>
    private static TimeSpan Taken(WorkloadSnapshot workload)
    {
        var quickest = TimeSpan.MaxValue;
        foreach (var pod in workload.Pods)
        {
            if (pod.Serving && pod.ReadyChangedAt - pod.CreatedAt is { } took && took < quickest && pod.Containers.All(container => container.RestartCount == 0))
            {
                quickest = took;
            }
        }

        return quickest <= Longest ? quickest : TimeSpan.Zero;
    }
}
