using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>The built-in kinds that have a typed model.</summary>
public static class KubernetesResources
{
    public static ResourceType<V1Deployment> Deployments { get; } = new(KubernetesJson.Default.V1Deployment);
    public static ResourceType<V1ReplicaSet> ReplicaSets { get; } = new(KubernetesJson.Default.V1ReplicaSet);
    public static ResourceType<V1StatefulSet> StatefulSets { get; } = new(KubernetesJson.Default.V1StatefulSet);
    public static ResourceType<V1DaemonSet> DaemonSets { get; } = new(KubernetesJson.Default.V1DaemonSet);
    public static ResourceType<V1ControllerRevision> ControllerRevisions { get; } = new(KubernetesJson.Default.V1ControllerRevision);
    public static ResourceType<V1Pod> Pods { get; } = new(KubernetesJson.Default.V1Pod);
    public static ResourceType<V1Job> Jobs { get; } = new(KubernetesJson.Default.V1Job);
    public static ResourceType<V1CronJob> CronJobs { get; } = new(KubernetesJson.Default.V1CronJob);

    /// <summary>CronJobs of servers before Kubernetes 1.21.</summary>
    public static ResourceType<V1CronJob> BetaCronJobs { get; } = new(KubernetesJson.Default.V1CronJob, "batch", "v1beta1", "CronJob", "cronjobs", namespaced: true);

    public static ResourceType<V1Node> Nodes { get; } = new(KubernetesJson.Default.V1Node);
    public static ResourceType<V1ResourceQuota> ResourceQuotas { get; } = new(KubernetesJson.Default.V1ResourceQuota);
    public static ResourceType<V1HorizontalPodAutoscaler> HorizontalPodAutoscalers { get; } = new(KubernetesJson.Default.V1HorizontalPodAutoscaler);
    public static ResourceType<V1ConfigMap> ConfigMaps { get; } = new(KubernetesJson.Default.V1ConfigMap);

    /// <summary>Secrets without their data, which is never asked for.</summary>
    public static ResourceType<V1Secret> Secrets { get; } = new(KubernetesJson.Default.V1Secret) { MetadataOnly = true };

    public static ResourceType<V1Namespace> Namespaces { get; } = new(KubernetesJson.Default.V1Namespace);
    public static ResourceType<V1Service> Services { get; } = new(KubernetesJson.Default.V1Service);
    public static ResourceType<V1NetworkPolicy> NetworkPolicies { get; } = new(KubernetesJson.Default.V1NetworkPolicy);
    public static ResourceType<V1Event> Events { get; } = new(KubernetesJson.Default.V1Event);

    public static ResourceType<V1Lease> Leases { get; } = new(KubernetesJson.Default.V1Lease);

    /// <summary>The metadata of a kind, for watching what is too large or too secret to hold.</summary>
    public static ResourceType<PartialObjectMetadata> MetadataOf<T>(ResourceType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        MetadataOf(type.Group, type.Version, type.Kind, type.Plural, type.Namespaced);

    /// <summary>The metadata of a kind that has no typed model.</summary>
    public static ResourceType<PartialObjectMetadata> MetadataOf(string group, string version, string kind, string plural, bool namespaced = true) =>
        new(KubernetesJson.Default.PartialObjectMetadata, group, version, kind, plural, namespaced, metadataOnly: true);
}
