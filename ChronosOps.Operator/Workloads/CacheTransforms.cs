using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>What the caches keep of objects that carry a pod template: the facts of the template, and not the template itself.</summary>
public static class CacheTransforms
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public static V1Deployment Slim(V1Deployment deployment)
    {
        TemplateFacts.Of(deployment, deployment.Spec.Template);
        deployment.Spec.Template = null;
        Empty(deployment.Metadata);
        return deployment;
    }

    public static V1ReplicaSet Slim(V1ReplicaSet set)
    {
        TemplateFacts.Of(set, set.Spec.Template);
        set.Spec.Template = null;
        return set;
    }

    public static V1StatefulSet Slim(V1StatefulSet set)
    {
        TemplateFacts.Of(set, set.Spec.Template);
        set.Spec.Template = null;
        Empty(set.Metadata);
        return set;
    }

    public static V1DaemonSet Slim(V1DaemonSet set)
    {
        TemplateFacts.Of(set, set.Spec.Template);
        set.Spec.Template = null;
        Empty(set.Metadata);
        return set;
    }

    public static V1Job Slim(V1Job job)
    {
        TemplateFacts.Of(job, job.Spec.Template);
        job.Spec.Template = null;
        Empty(job.Metadata);
        return job;
    }

    public static V1CronJob Slim(V1CronJob cron)
    {
        TemplateFacts.Of(cron, cron.Spec.JobTemplate?.Spec.Template);
        cron.Spec.JobTemplate = null;
        Empty(cron.Metadata);
        return cron;
    }

    /// <summary>Keeps what the pod asks for as a few numbers.</summary>
    public static V1Pod Slim(V1Pod pod)
    {
        PodNeeds.Of(pod);
        pod.Spec.Containers.ForEach(container => container.Resources = null);
        pod.Spec.InitContainers?.ForEach(container => container.Resources = null);
        (pod.Spec.Resources, pod.Spec.Overhead) = (null, null);
        return pod;
    }

    /// <summary>Keeps what it selects and where it leads.</summary>
    public static V1Service Slim(V1Service service)
    {
        (service.Metadata.Annotations, service.Metadata.Labels, service.Metadata.OwnerReferences, service.Spec.ClusterIP) = (null, null, null, null);
        return service;
    }

    /// <summary>The whole manifest again, of which it matters only that it is there: a workload without any annotation is patched differently.</summary>
    private static void Empty(V1ObjectMeta metadata)
    {
        if (metadata.Annotations?.ContainsKey(LastApplied) == true)
        {
            metadata.Annotations[LastApplied] = "";
        }
    }

    public static V1ControllerRevision Slim(V1ControllerRevision revision)
    {
        ControllerRevisions.FactsOf(revision);
        revision.Data = null;
        return revision;
    }
}
