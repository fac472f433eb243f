using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>All pods may be started anew, one after another: the workload goes on serving meanwhile, and the new pods are what the old ones were.</summary>
public sealed class RollingRestartGate : IGate
{
    public string Name => "RollingRestart";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        if (context.Diagnosis.Accepted is not { Cause: Cause.Leak })
        {
            return GateVerdict.Deny("OtherCause", $"the cause is {context.Diagnosis.Accepted?.Cause ?? Cause.Unknown}: a restart of all pods does not help against it");
        }

        return ByStrategy(workload)
            ?? (workload.Replicas - EndedAtOnce(workload) < 1
                ? GateVerdict.Deny("OnlyPod", $"the workload has {workload.Replicas} pods, and its strategy may end {Math.Max(1, EndedAtOnce(workload))} of them before there is a new one: nothing would serve meanwhile")
                : null)
            ?? AsTheyWere(context.Bundle)
            ?? GateVerdict.Allow($"{workload.Replicas} pods can be replaced one after another by what they are");
    }

    private static GateVerdict? ByStrategy(WorkloadSnapshot workload) =>
        workload.Paused ? GateVerdict.Deny("Paused", "the workload is paused: a change of its template would not be rolled out")
        : workload.Strategy == "Recreate" ? GateVerdict.Deny("RecreateStrategy", "the workload's strategy is Recreate: a restart would stop every pod first")
        : workload.Strategy == "OnDelete" ? GateVerdict.Deny("OnDeleteStrategy", "the workload's strategy is OnDelete: a change of its template would reach no pod until somebody deletes it")
        : workload.Partition > 0 ? GateVerdict.Deny("Partition", $"the rollout is held at partition {workload.Partition}: pods with a lower ordinal would not be restarted")
        : null;

    /// <summary>
    /// How many pods the controller may end before others are ready: of a Deployment rounded down, and one where that and the surge come to none; of a DaemonSet rounded up; of a StatefulSet one.
    /// What is not known counts as one (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment).
    /// </summary>
    private static int EndedAtOnce(WorkloadSnapshot workload)
    {
        if (workload.Key.Kind != WorkloadKind.Deployment)
        {
            return Math.Max(1, workload.MaxUnavailable?.Scale(workload.Replicas, roundUp: true) ?? 1);
        }

        var unavailable = workload.MaxUnavailable?.Scale(workload.Replicas, roundUp: false) ?? 1;
        var surge = workload.MaxSurge?.Scale(workload.Replicas, roundUp: true) ?? 0;
        return unavailable + surge > 0 ? unavailable : 1;
    }

    /// <summary>A restart must not bring in by the back door what no release has proved.</summary>
    private static GateVerdict? AsTheyWere(Evidence.EvidenceBundle bundle) =>
        bundle.Workload.Current.Containers.FirstOrDefault(container => container.IsMutable) is { } mutable
            ? GateVerdict.Deny("MutableTag", $"image {mutable.Image} may stand for other content now: new pods may run something else")
        : !Unchanged.SincePodsBegan(bundle)
            ? GateVerdict.Deny("ConfigurationEdited", "a ConfigMap or Secret that the pods refer to was written since they began, or could not be looked at: new pods would start with it")
            : null;
}
