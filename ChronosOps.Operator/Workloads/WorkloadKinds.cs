using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>The kinds of workload as the API and kubectl name them.</summary>
public static class WorkloadKinds
{
    /// <summary>The names by which kubectl knows each kind; the first is the one that we write.</summary>
    private static readonly Dictionary<WorkloadKind, string[]> Names = new()
    {
        [WorkloadKind.Deployment] = ["deployment", "deployments", "deployment.apps", "deployments.apps", "deploy"],
        [WorkloadKind.StatefulSet] = ["statefulset", "statefulsets", "statefulset.apps", "statefulsets.apps", "sts"],
        [WorkloadKind.DaemonSet] = ["daemonset", "daemonsets", "daemonset.apps", "daemonsets.apps", "ds"],
        [WorkloadKind.Job] = ["job", "jobs", "job.batch", "jobs.batch"],
        [WorkloadKind.CronJob] = ["cronjob", "cronjobs", "cronjob.batch", "cronjobs.batch", "cj"],
    };

    /// <summary>The metadata of each kind.</summary>
    public static IReadOnlyDictionary<WorkloadKind, ResourceType<PartialObjectMetadata>> Metadata { get; } = new Dictionary<WorkloadKind, ResourceType<PartialObjectMetadata>>
    {
        [WorkloadKind.Deployment] = KubernetesResources.MetadataOf(KubernetesResources.Deployments),
        [WorkloadKind.StatefulSet] = KubernetesResources.MetadataOf(KubernetesResources.StatefulSets),
        [WorkloadKind.DaemonSet] = KubernetesResources.MetadataOf(KubernetesResources.DaemonSets),
        [WorkloadKind.Job] = KubernetesResources.MetadataOf(KubernetesResources.Jobs),
        [WorkloadKind.CronJob] = KubernetesResources.MetadataOf(KubernetesResources.CronJobs),
    };

    /// <summary>The kind that a word stands for on a command line; null where it stands for none.</summary>
    public static WorkloadKind? Parse(string word) =>
        Names.Where(entry => entry.Value.Contains(word, StringComparer.OrdinalIgnoreCase)).Select(entry => (WorkloadKind?)entry.Key).FirstOrDefault();

    /// <summary>Whether it runs to an end instead of serving: explained, and never acted on.</summary>
    public static bool IsBatch(WorkloadKind kind) => kind is WorkloadKind.Job or WorkloadKind.CronJob;

    /// <summary>How kubectl names the kind.</summary>
    public static string NameOf(WorkloadKind kind) => Names[kind][0];
}
