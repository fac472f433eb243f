using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>What makes a rollback impossible or useless whatever the diagnosis.</summary>
public sealed class FeasibilityGate : IGate
{
    public string Name => "Feasibility";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        var others = workload.Revisions.Where(revision => revision.Hash != workload.Current.Revision).ToList();
        if (workload.Paused)
        {
            return GateVerdict.Deny("Paused", "the workload is paused: a change of its template would not be rolled out");
        }

        if (workload.Strategy == "Recreate")
        {
            return GateVerdict.Deny("RecreateStrategy", "the workload's strategy is Recreate: a rollback would stop every pod first");
        }

        if (workload.Strategy == "OnDelete")
        {
            return GateVerdict.Deny("OnDeleteStrategy", "the workload's strategy is OnDelete: a change of its template would reach no pod until somebody deletes it");
        }

        if (workload.Partition > 0)
        {
            return GateVerdict.Deny("Partition", $"the rollout is held at partition {workload.Partition}: pods with a lower ordinal would keep the revision that they have");
        }

        if (others.Count == 0)
        {
            return workload.Revisions.Any(revision => revision.Holders.Count > 1)
                ? GateVerdict.Deny("SameTemplate", "every kept revision has the same template; going back changes nothing")
                : GateVerdict.Deny("NoHistory", "no earlier revision is kept (revisionHistoryLimit, or the workload is new)");
        }

        if (context.Bundle.PodsMissedBefore && WhyNoRoom(context.Bundle, context.Step.Target) is { } why)
        {
            return GateVerdict.Deny("NoRoomToReturn", why);
        }

        return context.Step.Target is { } target && SameMutableImages(workload.Current, target.Facts)
            ? GateVerdict.Deny("SameMutableTag", $"both revisions name {target.Facts.Images}, a tag that may stand for other content now: going back may bring the same image")
            : GateVerdict.Allow("an earlier revision is kept");
    }

    /// <summary>Why the pods of the revision to return to may not all come back in the places of those that run; null where they would: they ask for the same, and wait for a node at most.</summary>
    private static string? WhyNoRoom(EvidenceBundle bundle, RevisionSnapshot? target) =>
        bundle.PodsRefusedBefore || Refusal.Of(bundle) is not null ? $"pods were missing before the release, and refused: those of the revision to return to may be too{(Refusal.Of(bundle) is { } refusal ? $": {refusal}" : "")}"
        : target?.Hash == bundle.Workload.Previous?.Hash && bundle is { NewDemands: { Any: null }, OldDemands: { Any: null } } ? null
        : $"pods were missing before the release, and that those of the revision to return to ask for the same is not so, or not known{((bundle.NewDemands?.Any ?? bundle.OldDemands?.Any) is { } other ? $": {other}" : "")}";

    private static bool SameMutableImages(TemplateFacts current, TemplateFacts target)
    {
        var images = target.Containers.ToDictionary(container => container.Name, container => container.Image);
        return current.Containers.Count == images.Count
            && current.Containers.All(container => images.GetValueOrDefault(container.Name) == container.Image)
            && current.Containers.Any(container => container.IsMutable);
    }
}
