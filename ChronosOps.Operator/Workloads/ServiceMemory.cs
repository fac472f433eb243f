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

    /// <summary>Takes over what a policy's status remembers. What is known already stays.</summary>
    public void Recall(RemediationPolicyStatus? status)
    {
        foreach (var memory in (status?.Workloads ?? []).Where(memory => memory is { Uid: not null, Services.Count: > 0 }))
        {
            _known.GetOrAdd(memory.Uid!, _ => memory.Services.Where(service => service.Target is not null).ToDictionary(service => service.Name, service => new Entry(service.Target!, null)));
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
                known[name] = before is { LostSince: null } && before.Target == target ? before : new Entry(target, null);
            }
            else if (before is null || look.Reach == ServiceReach.Elsewhere)
            {
                known.Remove(name);
                return null;
            }
            else
            {
                known[name] = before with { LostSince = look.Reach == ServiceReach.Nowhere ? before.LostSince ?? now : null };
            }

            return new ServiceSnapshot { Name = name, Reach = look.Reach, Target = target, Earlier = known[name].Target, Problem = look.Problem, LostSince = known[name].LostSince };
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
    }

    private sealed record Entry(string Target, DateTimeOffset? LostSince);
}
