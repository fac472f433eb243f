using System.Collections.Concurrent;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Remembers which pods of StatefulSets and DaemonSets have been, since neither the pods' names nor the API tell afterwards which revision they ran. What was before this
/// process began is not known, and is then attributed to no revision.
/// </summary>
public sealed class PodMemory(TimeProvider time)
{
    /// <summary>As far back as the history of series is read.</summary>
    internal static readonly TimeSpan Span = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, Dictionary<string, (PodLife Life, DateTimeOffset SeenAt)>> _seen = new();

    /// <summary>Notes the pods that are there, and gives the snapshot those that have been.</summary>
    public WorkloadSnapshot Remember(WorkloadSnapshot workload)
    {
        var now = time.GetUtcNow();
        var seen = _seen.GetOrAdd(workload.Uid, _ => []);
        lock (seen)
        {
            foreach (var pod in workload.Pods.Where(pod => pod.Revision is not null))
            {
                seen[pod.Uid] = (new PodLife(pod.Name, pod.Uid, pod.Revision, pod.CreatedAt), now);
            }

            foreach (var old in seen.Where(entry => now - entry.Value.SeenAt > Span).Select(entry => entry.Key).ToList())
            {
                seen.Remove(old);
            }

            var present = workload.Pods.Select(pod => pod.Uid).ToHashSet();
            return workload with { GonePods = [.. seen.Values.Select(entry => entry.Life).Where(life => !present.Contains(life.Uid))] };
        }
    }

    /// <summary>Forgets workloads that are gone.</summary>
    public void Keep(IReadOnlySet<string> workloads)
    {
        foreach (var gone in _seen.Keys.Where(uid => !workloads.Contains(uid)))
        {
            _seen.TryRemove(gone, out _);
        }
    }
}
