using System.Security.Cryptography;
using System.Text;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>Which pods a Service leads to, by its selector and its named ports (https://kubernetes.io/docs/concepts/services-networking/service/). Pure.</summary>
public static class ServiceTargets
{
    private const int MostLabels = 8;

    /// <summary>The most characters of what a Service selects: a policy's status holds that of 1600 Services.</summary>
    internal const int Longest = 200;

    /// <summary>Whether Kubernetes looks for pods for it: not for one without a selector, of which somebody keeps the endpoints, nor for a mere name of another host.</summary>
    public static bool HasSelector(V1Service service) => service.Spec is { Selector.Count: > 0, Type: not "ExternalName" } && service.Metadata.DeletionTimestamp is null;

    /// <summary>Whether it selects pods with these labels.</summary>
    public static bool Selects(V1Service service, IReadOnlyDictionary<string, string>? labels) =>
        labels is not null && service.Spec.Selector!.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <summary>Its selector and the named ports that it leads to, in a stable order. What is too long ends in a hash of all of it: two that differ must not look alike.</summary>
    public static string Of(V1Service service)
    {
        var ports = NamedPorts(service).Order(StringComparer.Ordinal).ToList();
        var text = $"{Text(service.Spec.Selector!, int.MaxValue)}{(ports.Count > 0 ? $" to port {string.Join(", ", ports)}" : "")}";
        return text.Length <= Longest ? text : $"{text[..(Longest - 13)]}…{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}";
    }

    /// <summary>Where it leads, and why nowhere if it does.</summary>
    /// <param name="service">A Service with a selector.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="own">The workload's pods that have not ended.</param>
    /// <param name="others">The labels of all other pods of the namespace, and of the pods that other workloads would make.</param>
    public static (ServiceReach Reach, string? Problem) Look(V1Service service, WorkloadSnapshot workload, IReadOnlyList<V1Pod> own, Func<IEnumerable<IReadOnlyDictionary<string, string>?>> others)
    {
        var selected = own.Where(pod => Selects(service, pod.Metadata.Labels)).Select(pod => FactsOf(workload, pod)).ToList();
        if (Selects(service, workload.Current.Labels))
        {
            selected.Add(workload.Current);
        }

        return selected.Exists(facts => LeadsTo(service, facts)) ? (ServiceReach.Here, null)
            : others().Any(labels => Selects(service, labels)) ? (ServiceReach.Elsewhere, null)
            : selected.Count == 0 ? (ServiceReach.Nowhere, $"its selector {Text(service.Spec.Selector!)} selects no pod, the workload's have {Text(workload.Current.Labels)}")
            : (ServiceReach.Nowhere, $"it leads to port {string.Join(", ", NamedPorts(service))}, and the containers have {(workload.Current.Ports.Count > 0 ? $"only {string.Join(", ", workload.Current.Ports.Order(StringComparer.Ordinal))}" : "no port with a name")}");
    }

    /// <summary>Whether one of the workload's ready pods gets what comes in by it.</summary>
    public static bool Serves(V1Service service, WorkloadSnapshot workload, IReadOnlyList<V1Pod> own) => Served(service, workload, own).Any();

    /// <summary>Whether that is so by the labels of the pod's own template, and not by some that were put on the pod.</summary>
    public static bool ServesByTemplate(V1Service service, WorkloadSnapshot workload, IReadOnlyList<V1Pod> own) =>
        Served(service, workload, own).Any(pod => Selects(service, FactsOf(workload, pod)?.Labels));

    private static IEnumerable<V1Pod> Served(V1Service service, WorkloadSnapshot workload, IReadOnlyList<V1Pod> own) =>
        own.Where(pod => workload.Pods.Any(one => one.Serving && one.Uid == pod.Metadata.Uid) && Selects(service, pod.Metadata.Labels) && LeadsTo(service, FactsOf(workload, pod)));

    /// <summary>
    /// Why pods of another template would not get what those of the present one get by it; null where they would. A label that the present template lacks too is put on single pods by
    /// somebody else, and a port that it lacks leads nowhere now: neither is lost.
    /// </summary>
    /// <param name="service">A Service with a selector.</param>
    /// <param name="current">The present template.</param>
    /// <param name="other">The other one.</param>
    public static string? Miss(V1Service service, TemplateFacts current, TemplateFacts other)
    {
        if (service.Spec.Selector!.Any(label => current.Labels.Contains(label) && !other.Labels.Contains(label)))
        {
            return $"it selects {Text(service.Spec.Selector!)}, and pods of that revision would have {Text(other.Labels)}";
        }

        var lost = NamedPorts(service).Where(port => current.Ports.Contains(port) && !other.Ports.Contains(port)).Order(StringComparer.Ordinal).ToList();
        return lost.Count == 0 ? null : $"it leads to port {string.Join(", ", lost)}, which no container of that revision names";
    }

    /// <summary>A number may be a port that no container names; a name that no container has leads nowhere. One port that leads somewhere is enough.</summary>
    private static bool LeadsTo(V1Service service, TemplateFacts? facts) =>
        service.Spec.Ports is not { Count: > 0 } ports || facts is null || ports.Exists(port => port.TargetPort?.Text is not { } name || facts.Ports.Contains(name));

    private static TemplateFacts? FactsOf(WorkloadSnapshot workload, V1Pod pod) =>
        workload.Revision(workload.Pods.FirstOrDefault(one => one.Uid == pod.Metadata.Uid)?.Revision)?.Facts;

    private static IEnumerable<string> NamedPorts(V1Service service) => (service.Spec.Ports ?? []).Select(port => port.TargetPort?.Text).OfType<string>().Distinct();

    private static string Text(IReadOnlyDictionary<string, string> labels, int most = MostLabels) =>
        labels.Count == 0 ? "no labels"
        : string.Join(",", labels.OrderBy(label => label.Key, StringComparer.Ordinal).Take(most).Select(label => $"{label.Key}={label.Value}")) + (labels.Count > most ? ",…" : "");
}
