using System.Runtime.CompilerServices;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>A pod that bears or bore a name.</summary>
/// <param name="Pod">The name.</param>
/// <param name="Uid">The pod's UID; empty where only its name is known.</param>
/// <param name="Revision">The revision that it ran; null where that is not known.</param>
/// <param name="From">When it was created; null where that is not known, since it is gone.</param>
public sealed record PodLife(string Pod, string Uid, string? Revision, DateTimeOffset? From)
{
    /// <summary>When the next pod of the same name was created; null for the last.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether pods hand the name on.</summary>
    public bool NameIsHandedOn { get; init; }

    /// <summary>
    /// From when on its counters are known to count from zero; null where that is not known. What is read under a name right after it was handed on
    /// may still be the last value of the pod before.
    /// </summary>
    public DateTimeOffset? CountsFrom => NameIsHandedOn ? null : From;

    /// <summary>Whether what was measured at a time was measured of this pod.</summary>
    public bool Covers(DateTimeOffset time) => !NameIsHandedOn || ((From is null || time >= From) && (Until is null || time < Until));
}

/// <summary>
/// Which pod bore a name at which time. The pods of a StatefulSet hand their names on, from one revision to the next; a Deployment names its pods
/// after their revision, so that the name alone tells, even of a pod that is gone. Pure.
/// </summary>
public sealed class PodLives
{
    // The API server cuts "<name>-" at 58 characters and adds five random ones, so that a long name loses its dash.
    private const int MaxStem = 58;
    private const int RandomCharacters = 5;
    private readonly WorkloadSnapshot _workload;
    private readonly Dictionary<string, List<PodLife>> _known;

    private static readonly ConditionalWeakTable<WorkloadSnapshot, PodLives> Made = new();

    /// <summary>Those of a snapshot, which many evaluations may see.</summary>
    public static PodLives Of(WorkloadSnapshot workload) => Made.GetValue(workload, one => new PodLives(one));

    public PodLives(WorkloadSnapshot workload)
    {
        _workload = workload;
        var handedOn = workload.Key.Kind == WorkloadKind.StatefulSet;
        _known = workload.Pods.Select(pod => new PodLife(pod.Name, pod.Uid, pod.Revision, pod.CreatedAt))
            .Concat(workload.GonePods)
            .DistinctBy(life => life.Uid)
            .GroupBy(life => life.Pod)
            .ToDictionary(same => same.Key, same => Known([.. same.OrderBy(life => life.From)], handedOn));
        Names = [.. _known.Keys.Where(name => name.Length > 0).Order(StringComparer.Ordinal)];
        Stems = workload.Key.Kind == WorkloadKind.Deployment ? [.. workload.Revisions.SelectMany(revision => revision.Holders).Select(StemOf)] : [];
    }

    /// <summary>The names of the pods that are known, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How the names of pods begin that tell by their names alone whose they are; none where names tell nothing.</summary>
    public IReadOnlyList<string> Stems { get; }

    /// <summary>Whether a pod of that name is known.</summary>
    public bool Knows(string pod) => _known.ContainsKey(pod);

    /// <summary>The pods that have borne a name, oldest first; none where it is not a name of this workload's pods.</summary>
    public IReadOnlyList<PodLife> Of(string pod)
    {
        if (_known.TryGetValue(pod, out var lives))
        {
            return lives;
        }

        return _workload.Key.Kind == WorkloadKind.Deployment && _workload.Revisions.FirstOrDefault(revision => revision.Holders.Any(name => IsPodOf(name, pod))) is { } named
            ? [new PodLife(pod, "", named.Hash, null)]
            : [];
    }

    /// <summary>Each up to the next; those whose revision is not known only end the ones before them.</summary>
    private static List<PodLife> Known(List<PodLife> lives, bool handedOn) =>
        [.. lives.Select((life, k) => life with { Until = k + 1 < lives.Count ? lives[k + 1].From : null, NameIsHandedOn = handedOn }).Where(life => life.Revision is not null)];

    private static string StemOf(string replicaSet) => replicaSet.Length < MaxStem ? $"{replicaSet}-" : replicaSet[..MaxStem];

    private static bool IsPodOf(string replicaSet, string pod)
    {
        var stem = $"{replicaSet}-";
        return stem.Length <= MaxStem
            ? pod.StartsWith(stem, StringComparison.Ordinal) && pod.IndexOf('-', stem.Length) < 0
            : pod.Length == MaxStem + RandomCharacters && pod.StartsWith(stem[..MaxStem], StringComparison.Ordinal);
    }
}
