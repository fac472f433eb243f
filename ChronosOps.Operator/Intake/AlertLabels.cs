using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Intake;

/// <summary>What an alert speaks of, as its labels say.</summary>
/// <param name="Kind">The kind of workload; null for a pod.</param>
/// <param name="Name">The name of the workload or pod.</param>
public sealed record AlertTarget(WorkloadKind? Kind, string Name);

/// <summary>Which labels of an alert tell what it speaks of. The first one that an alert has counts, in the order of the constructor: what names a workload means it, and the pod may be the exporter's.</summary>
/// <param name="Namespace">The label with the namespace.</param>
/// <param name="Deployment">The label with the name of a Deployment.</param>
/// <param name="StatefulSet">The label with the name of a StatefulSet.</param>
/// <param name="DaemonSet">The label with the name of a DaemonSet.</param>
/// <param name="Job">The label with the name of a Job; the label <c>job</c> is Prometheus' own.</param>
/// <param name="Pod">The label with the name of a pod.</param>
public sealed record AlertLabels(
    string Namespace = "namespace", string Deployment = "deployment", string StatefulSet = "statefulset", string DaemonSet = "daemonset", string Job = "job_name", string Pod = "pod")
{
    /// <summary>Those that kube-state-metrics and most rules write.</summary>
    public static AlertLabels Default { get; } = new();

    /// <summary>The default with some replaced, as <c>deployment=app,namespace=exported_namespace</c>.</summary>
    /// <returns>Null where the text is not so.</returns>
    public static AlertLabels? Parse(string text)
    {
        var labels = Default;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !IsLabel(pair[1]) || With(labels, pair[0], pair[1]) is not { } next)
            {
                return null;
            }

            labels = next;
        }

        return labels;
    }

    /// <summary>What the alert speaks of; null where no label tells.</summary>
    public AlertTarget? TargetOf(IReadOnlyDictionary<string, string> labels)
    {
        (string Label, WorkloadKind? Kind)[] all =
        [
            (Deployment, WorkloadKind.Deployment), (StatefulSet, WorkloadKind.StatefulSet), (DaemonSet, WorkloadKind.DaemonSet), (Job, WorkloadKind.Job), (Pod, null),
        ];
        return all.Where(one => labels.ContainsKey(one.Label)).Select(one => new AlertTarget(one.Kind, labels[one.Label])).FirstOrDefault();
    }

    private static AlertLabels? With(AlertLabels labels, string what, string label) => what.ToLowerInvariant() switch
    {
        "namespace" => labels with { Namespace = label },
        "deployment" => labels with { Deployment = label },
        "statefulset" => labels with { StatefulSet = label },
        "daemonset" => labels with { DaemonSet = label },
        "job" => labels with { Job = label },
        "pod" => labels with { Pod = label },
        _ => null,
    };

    private static bool IsLabel(string text) => text.Length is > 0 and <= 63 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
