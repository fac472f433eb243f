using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Remembers which Services led to ready pods of which workload: a Service that never did is not missed. Nothing in the API tells afterwards, and so it is kept in the
/// policy's status, where it outlives this process. One that leads to others' pods by now is theirs, and one that is gone was taken away: both are forgotten.
/// </summary>
public sealed class ServiceMemory
{
    private readonly ConcurrentDictionary<string, Dictionary<string, Entry>> _known = new();
    private readonly ConcurrentDictionary<string, bool> _recalled = new();

    /// <summary>
    /// Takes over what a policy's status remembers, of each workload once. What was seen before that stays: workers may look at a workload before its
    /// policy's status is read. What is forgotten later must not come back from a status that is behind.
    /// </summary>
    public void Recall(RemediationPolicyStatus? status)
    {
        foreach (var memory in status?.Workloads ?? [])
        {
            if (memory.Uid is { } uid && _recalled.TryAdd(uid, true))
            {
                Recall(uid, memory.Services);
            }
        }
    }

    /// <summary>The names of the Services that led to a workload, with what they selected then.</summary>
    public IReadOnlyDictionary<string, string> Of(string uid)
    {
        if (!_known.TryGetValue(uid, out var known))
        {
            return new Dictionary<string, string>();
        }

        lock (known)
        {
            return known.ToDictionary(entry => entry.Key, entry => entry.Value.Target);
        }
    }

    /// <summary>Notes how a Service stands.</summary>
    /// <returns>The Service as the workload sees it; null where it was never seen to lead to ready pods of it, or is somebody else's by now.</returns>
    public ServiceSnapshot? Note(string uid, string name, string target, (ServiceReach Reach, string? Problem) look, bool serves, DateTimeOffset now)
    {
        var known = _known.GetOrAdd(uid, _ => []);
        lock (known)
        {
            var before = known.GetValueOrDefault(name);
            if (serves)
            {
                known[name] = before is { LostSince: null, IsUnseen: false } && before.Target == target ? before : new Entry(target, null);
            }
            else if (before is null || look.Reach == ServiceReach.Elsewhere)
            {
                known.Remove(name);
                return null;
            }
            else
            {
                var isLost = look.Reach == ServiceReach.Nowhere;
                known[name] = before with { LostSince = isLost ? before.LostSince ?? now : null, IsUnseen = isLost && before.IsUnseen };
            }

            var (earlier, since, isUnseen) = known[name];
            return new ServiceSnapshot { Name = name, Reach = look.Reach, Target = target, Earlier = earlier, Problem = look.Problem, LostSince = since, LostAtStart = isUnseen };
        }
    }

    /// <summary>Forgets a Service.</summary>
    public void Forget(string uid, string name)
    {
        if (_known.TryGetValue(uid, out var known))
        {
            lock (known)
            {
                known.Remove(name);
            }
        }
    }

    /// <summary>Forgets workloads that are gone.</summary>
    public void Keep(IReadOnlySet<string> workloads)
    {
        foreach (var gone in _known.Keys.Where(uid => !workloads.Contains(uid)))
        {
            _known.TryRemove(gone, out _);
        }

        foreach (var gone in _recalled.Keys.Where(uid => !workloads.Contains(uid)))
        {
            _recalled.TryRemove(gone, out _);
        }
    }

    /// <summary>One whose text is too long was not written by this version, and could not be compared.</summary>
    private void Recall(string uid, List<ServiceRecord> services)
    {
        var known = _known.GetOrAdd(uid, _ => []);
        lock (known)
        {
            foreach (var service in services)
            {
                if (service.Target is { Length: <= ServiceTargets.Longest } target)
                {
                    known.TryAdd(service.Name, new Entry(target, null, IsUnseen: true));
                }
            }
        }
    }

    /// <summary>What is remembered of a Service.</summary>
    /// <param name="Target">What it selected while it led to ready pods.</param>
    /// <param name="LostSince">Since when it was seen to lead nowhere.</param>
    /// <param name="IsUnseen">Whether this process has never seen it lead anywhere.</param>
    private sealed record Entry(string Target, DateTimeOffset? LostSince, bool IsUnseen = false);
}
