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

        return context.Step.Target is { } target && SameMutableImages(workload.Current, target.Facts)
            ? GateVerdict.Deny("SameMutableTag", $"both revisions name {target.Facts.Images}, a tag that may stand for other content now: going back may bring the same image")
            : GateVerdict.Allow("an earlier revision is kept");
    }

    private static bool SameMutableImages(TemplateFacts current, TemplateFacts target)
    {
        var images = target.Containers.ToDictionary(container => container.Name, container => container.Image);
        return current.Containers.Count == images.Count
            && current.Containers.All(container => images.GetValueOrDefault(container.Name) == container.Image)
            && current.Containers.Any(container => container.IsMutable);
    }
}
