using System.Globalization;
using System.Text;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Knowledge;

/// <summary>
/// Copies of ConfigMaps with what they held while a workload served well: how they are called, when one may be taken, and in what its source differs
/// since. A copy lies beside its source and goes with the policy that asked for it.
/// </summary>
public static class KeptConfigMaps
{
    /// <summary>The most bytes of keys and values that are kept of one ConfigMap.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>On a copy: its source, as far as a label holds the name.</summary>
    public const string SourceLabel = ApiGroup.Prefix + "known-good-of";

    /// <summary>On a copy: its source's name.</summary>
    public const string SourceAnnotation = ApiGroup.Prefix + "source";

    /// <summary>On a copy: when it was taken (RFC 3339).</summary>
    public const string KeptAtAnnotation = ApiGroup.Prefix + "kept-at";

    private const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>
    /// How long pods must serve well that began before a change, until it counts as good. Longer than a change is suspected: as long as it is, the copy is
    /// what was there before.
    /// </summary>
    private static readonly TimeSpan Settled = ConfigReference.Suspected + TimeSpan.FromMinutes(5);

    /// <summary>The name of the copy of a ConfigMap.</summary>
    public static string NameOf(string source) => ConfigMapNames.Fit(source + "-known-good");

    /// <summary>The command that shows in what a ConfigMap differs from its copy, and with <c>--yes</c> puts the copy's content back.</summary>
    public static string RestoreCommand(string @namespace, string source) => $"chronosops config restore configmap/{source} -n {@namespace}";

    /// <summary>
    /// Whether a workload serves well with what a ConfigMap has held since its last write: the running revision has proved itself, and either all its pods
    /// began after the write and the oldest has served for as long as a proof takes, or the write is so long past that it would have shown.
    /// </summary>
    /// <param name="reading">The last evaluation of the workload.</param>
    /// <param name="known">What has proved itself of it, newest first.</param>
    /// <param name="writtenAt">When the ConfigMap was last written.</param>
    public static bool IsProven(WorkloadReading reading, IReadOnlyList<KnownGoodRevision> known, DateTimeOffset writtenAt)
    {
        var (workload, proof) = (reading.Workload, reading.Policy.KnownGoodDuration);
        var began = workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).Select(pod => (DateTimeOffset?)pod.CreatedAt).Min();
        return began is { } oldest && known is [var good, ..] && good.Revision == workload.Current.Revision && good.LastGoodAt >= reading.Time
            && (writtenAt <= oldest ? reading.Time - oldest >= proof : reading.Time - writtenAt >= (proof > Settled ? proof : Settled));
    }

    /// <summary>The copy of a ConfigMap, to be written.</summary>
    /// <param name="source">The ConfigMap.</param>
    /// <param name="proof">The evaluation of the workload that serves well with it.</param>
    /// <param name="now">The time.</param>
    public static V1ConfigMap Copy(V1ConfigMap source, WorkloadReading proof, DateTimeOffset now) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta
        {
            Name = NameOf(source.Name()),
            NamespaceProperty = source.Namespace(),
            Labels = new() { [ManagedByLabel] = ApiGroup.FieldManager, [SourceLabel] = ConfigMapNames.Label(source.Name()) },
            Annotations = new()
            {
                [SourceAnnotation] = source.Name(),
                [ApiGroup.Prefix + "source-uid"] = source.Uid() ?? "",
                [ApiGroup.Prefix + "source-resource-version"] = source.ResourceVersion() ?? "",
                [KeptAtAnnotation] = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                [ApiGroup.Prefix + "workload"] = proof.Workload.Key.ToString(),
                [ApiGroup.Prefix + "revision"] = proof.Workload.Current.Revision,
            },
            OwnerReferences = [new() { ApiVersion = ApiResources.Policies.ApiVersion, Kind = ApiResources.Policies.Kind, Name = proof.Policy.Name, Uid = proof.Policy.Uid }],
        },
        Data = source.Data,
        BinaryData = source.BinaryData,
    };

    /// <summary>Whether a ConfigMap is such a copy, of whatever source.</summary>
    public static bool IsCopy(V1ConfigMap map) => map.GetLabel(ManagedByLabel) == ApiGroup.FieldManager && map.GetAnnotation(SourceAnnotation) is not null;

    /// <summary>Whether a ConfigMap is the copy of the named one, and not somebody else's of that name.</summary>
    public static bool IsCopyOf(V1ConfigMap map, string source) => IsCopy(map) && map.GetAnnotation(SourceAnnotation) == source;

    /// <summary>When a copy was taken; null where it does not say.</summary>
    public static DateTimeOffset? KeptAt(V1ConfigMap copy) =>
        DateTimeOffset.TryParse(copy.GetAnnotation(KeptAtAnnotation), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Bytes of all keys and values; those of binary values as they are written in JSON.</summary>
    public static int SizeOf(V1ConfigMap map) => Entries(map).Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value.Text));

    /// <summary>Which keys differ, by name. One that became binary, or is so no longer, was changed.</summary>
    /// <param name="before">What was.</param>
    /// <param name="after">What is; null where the ConfigMap is gone.</param>
    public static ConfigDifference Compare(V1ConfigMap before, V1ConfigMap? after)
    {
        var (old, now) = (Entries(before), Entries(after ?? new V1ConfigMap()));
        return new ConfigDifference(
            [.. now.Keys.Except(old.Keys).Order(StringComparer.Ordinal)],
            [.. old.Keys.Except(now.Keys).Order(StringComparer.Ordinal)],
            [.. old.Keys.Where(key => now.TryGetValue(key, out var value) && value != old[key]).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The server keeps a key from standing in both.</summary>
    private static Dictionary<string, (string Text, bool IsBinary)> Entries(V1ConfigMap map) =>
        (map.Data ?? []).Select(entry => (entry.Key, Value: (entry.Value, false)))
        .Concat((map.BinaryData ?? []).Select(entry => (entry.Key, Value: (entry.Value, true))))
        .DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key, entry => entry.Value);
}
