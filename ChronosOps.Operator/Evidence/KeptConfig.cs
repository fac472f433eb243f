using System.Globalization;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What was kept of a ConfigMap while the workload served well, held against what it is now. Names of keys, and no values.</summary>
/// <param name="Name">The ConfigMap with the copy.</param>
/// <param name="KeptAt">When the copy was taken; null where there is none to go by.</param>
/// <param name="Difference">What came, went and was changed since; null where there is no copy to go by.</param>
/// <param name="Missing">Why there is none; null where there is one.</param>
/// <param name="Restore">The command that shows the difference to a person, and puts the copy's content back.</param>
public sealed record KeptConfig(string Name, DateTimeOffset? KeptAt, ConfigDifference? Difference, string? Missing, string Restore)
{
    /// <summary>Whether there is something else to put back.</summary>
    public bool CanBeRestored => Difference is { IsNone: false };

    /// <summary>Holds a ConfigMap against its copy.</summary>
    /// <param name="namespace">The namespace of both.</param>
    /// <param name="source">The ConfigMap's name.</param>
    /// <param name="now">The ConfigMap; null where it is gone.</param>
    /// <param name="changedAt">When it was last written; null where it is gone.</param>
    /// <param name="copy">What lies where its copy would; null where nothing does.</param>
    public static KeptConfig Of(string @namespace, string source, V1ConfigMap? now, DateTimeOffset? changedAt, V1ConfigMap? copy)
    {
        var kept = new KeptConfig(KeptConfigMaps.NameOf(source), null, null, null, KeptConfigMaps.RestoreCommand(@namespace, source));
        if (copy is null)
        {
            return kept with { Missing = now is not null && KeptConfigMaps.SizeOf(now) > KeptConfigMaps.MaxBytes ? $"it is larger than {KeptConfigMaps.MaxBytes / 1024} KiB" : "none was kept before" };
        }

        if (!KeptConfigMaps.IsCopyOf(copy, source))
        {
            return kept with { Missing = $"ConfigMap {kept.Name} is somebody else's" };
        }

        return KeptConfigMaps.KeptAt(copy) is not { } at ? kept with { Missing = $"ConfigMap {kept.Name} does not say when it was kept" }
            : at >= changedAt ? kept with { Missing = $"what was kept at {at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)} is what it holds since the change" }
            : kept with { KeptAt = at, Difference = KeptConfigMaps.Compare(copy, now) };
    }
}
