using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Whose a pod was, and of which revision.</summary>
/// <param name="Workload">The workload's name.</param>
/// <param name="Revision">The ReplicaSet's hash; null where the pod's name does not tell a revision.</param>
internal sealed record PodOwner(string Workload, string? Revision)
{
    /// <summary>Somebody of another kind.</summary>
    public static readonly PodOwner Other = new("", null);
}

/// <summary>
/// Reads from a pod's name whose it was. Hashes and random parts are made of 27 letters and digits that spell no words
/// (https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go), so that a name such as node-agent-x7k2p is not taken for a Deployment's. Pure.
/// </summary>
internal static partial class PodNames
{
    /// <summary>Whether a pod of that name is, or was, the workload's. Names so long that Kubernetes cuts them are not recognised.</summary>
    public static bool IsOf(WorkloadKey workload, string pod) => OwnerOf(workload.Kind, pod)?.Workload == workload.Name;

    /// <summary>Whose the pod was; null where a workload of that kind does not name its pods so.</summary>
    public static PodOwner? OwnerOf(WorkloadKind kind, string pod)
    {
        var match = kind switch
        {
            WorkloadKind.Deployment => OfDeployment().Match(pod),
            WorkloadKind.StatefulSet => OfStatefulSet().Match(pod),
            WorkloadKind.DaemonSet when !OfDeployment().IsMatch(pod) => OfDaemonSet().Match(pod),
            _ => Match.Empty,
        };
        return match.Success ? new PodOwner(match.Groups["name"].Value, match.Groups["hash"] is { Success: true } hash ? hash.Value : null) : null;
    }

    [GeneratedRegex("^(?<name>[a-z0-9][-a-z0-9.]*)-(?<hash>[bcdfghjklmnpqrstvwxz2456789]{1,10})-[bcdfghjklmnpqrstvwxz2456789]{5}$")]
    private static partial Regex OfDeployment();

    [GeneratedRegex("^(?<name>[a-z0-9][-a-z0-9.]*)-[0-9]+$")]
    private static partial Regex OfStatefulSet();

    [GeneratedRegex("^(?<name>[a-z0-9][-a-z0-9.]*)-[bcdfghjklmnpqrstvwxz2456789]{5}$")]
    private static partial Regex OfDaemonSet();
}
