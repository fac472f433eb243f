using System.Text.RegularExpressions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>Why the API server refuses a workload's pods, and whether it speaks of what the release changed. Pure.</summary>
internal static partial class Refusal
{
    private const string FailedCreate = "FailedCreate";

    /// <summary>What names a container's resources where a whole block of them was added or taken away.</summary>
    private static readonly string[] AnyResource = ["memory", "cpu", "storage"];

    /// <summary>
    /// What is said of the pods that are missing; null where nothing is. Of a Deployment its condition tells, of the others an Event, which is history once a pod was made after it.
    /// </summary>
    public static string? Of(EvidenceBundle bundle)
    {
        var workload = bundle.Workload;
        var newest = workload.Pods.Select(pod => pod.CreatedAt).DefaultIfEmpty().Max();
        return workload.PodsRefused
            ?? bundle.Events.FirstOrDefault(e => e.Reason == FailedCreate && e.Object == $"{workload.Key.Kind}/{workload.Key.Name}" && !(e.Time < newest))?.Message;
    }

    /// <summary>Whether a ResourceQuota refuses them: what others of the namespace use counts, and so it is no single pod's matter.</summary>
    public static bool IsOfQuota(string refusal) => refusal.Contains("exceeded quota", StringComparison.Ordinal) || refusal.Contains("failed quota", StringComparison.Ordinal);

    /// <summary>Whether a LimitRange refuses them.</summary>
    public static bool IsOfLimits(string refusal) => Limits().IsMatch(refusal);

    /// <summary>Whether an admission webhook does that does not answer. It would refuse any pod.</summary>
    public static bool IsOfSilentWebhook(string refusal) => refusal.Contains("failed calling webhook", StringComparison.Ordinal);

    /// <summary>
    /// The first change of the template that a refusal speaks of; null where it speaks of none. Whoever refuses a pod says for which of its fields: a release that left them as they were would have been refused as well
    /// before it. What is named (pods, accounts, classes, webhooks) is no field.
    /// </summary>
    /// <param name="refusal">What the API server says.</param>
    /// <param name="changes">As <see cref="TemplateDiff"/> tells them.</param>
    public static string? ChangeSpokenOf(string refusal, IReadOnlyList<string> changes)
    {
        var said = Words(Named().Replace(Quoted().Replace(Reason().Match(refusal).Groups["why"].Value, " "), "$1"));
        return changes.FirstOrDefault(change => FieldsOf(change).Any(field => Speaks(said, Words(field))) || (AddedContainer(change) is { } added && refusal.Contains($"\"{added}\"", StringComparison.Ordinal)));
    }

    /// <summary>The fields that a change is about, as its path names them: <c>containers[app].securityContext.privileged added</c> is about privileged.</summary>
    private static IEnumerable<string> FieldsOf(string change)
    {
        if (AddedContainer(change) is not null)
        {
            return AnyResource;
        }

        var path = Container().Replace(Entry().Replace(change, ""), "").Split(' ')[0].Split('.');
        return path[0] switch
        {
            "resources" => path.Length > 2 ? [path[^1]] : AnyResource,
            "securityContext" or "ports" or "volumes" or "metadata" => [path[Math.Min(1, path.Length - 1)]],
            _ => change == TemplateDiff.OtherOrder ? [] : [path[0]],
        };
    }

    private static string? AddedContainer(string change) => Added().Match(change) is { Success: true } added ? added.Groups["name"].Value : null;

    /// <summary>Whether the words of a field stand in a text, one after another.</summary>
    private static bool Speaks(List<string> said, List<string> field)
    {
        // What refuses an account says service account, where the field says serviceAccountName.
        var words = field.Count > 1 && field[^1] == "name" ? field[..^1] : field;
        return words.Count > 0 && Enumerable.Range(0, Math.Max(0, said.Count - words.Count + 1)).Any(start => words.SequenceEqual(said.Skip(start).Take(words.Count)));
    }

    /// <summary>The words of a text or a field in small letters and the singular: hostPorts are host and port.</summary>
    private static List<string> Words(string text) =>
        [.. Word().Matches(text).Select(word => word.Value.ToLowerInvariant()).Select(word => word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word)];

    /// <summary>Before the reason stand the names of the pod and of its owner.</summary>
    [GeneratedRegex(@"^(?:.*?(?:is forbidden|is invalid|denied the request|denied request|Error creating|failed error): )*(?<why>.*)$", RegexOptions.Singleline)]
    private static partial Regex Reason();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(service account|PriorityClass with name) \S+")]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(?:maximum|minimum) \S+ usage per \S+ is |\bmax limit to request ratio per ", RegexOptions.IgnoreCase)]
    private static partial Regex Limits();

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^(?:initContainers|containers)\.")]
    private static partial Regex Container();

    [GeneratedRegex(@"^(?:initContainers|containers)\[(?<name>[^\]]*)\] added$")]
    private static partial Regex Added();
}
