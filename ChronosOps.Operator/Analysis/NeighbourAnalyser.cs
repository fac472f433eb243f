using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Releases of other workloads around the onset: considered, so that nobody wonders, and held against what the suspect's own revisions show.</summary>
public sealed class NeighbourAnalyser : IAnalyser
{
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        foreach (var neighbour in bundle.Neighbours)
        {
            var subject = $"release {neighbour.Revision} of {neighbour.Name}";
            var reference = neighbour.Reference;
            var before = bundle.OnsetAt - neighbour.RolloutStartedAt;
            var when = before >= TimeSpan.Zero ? $"{Quantities.Format(before)} before" : $"{Quantities.Format(-before)} after";
            var change = @case.Find(EvidenceKind.Change, "neighbours", neighbour.RolloutStartedAt, 0.3, $"{neighbour.Name} was released {when} the trouble", reference);
            if (before < -ClockSlack)
            {
                @case.Against(Cause.NeighbourRelease, subject, change, 0.9);
            }
            else
            {
                @case.For(Cause.NeighbourRelease, subject, change);
            }

            AgainstNeighbour(bundle, @case, neighbour, subject, reference);
        }
    }

    private static void AgainstNeighbour(EvidenceBundle bundle, Case @case, NeighbourFact neighbour, string subject, string reference)
    {
        var workload = bundle.Workload;
        if (Confinement.ToTheNewRevision(bundle) is { } kind)
        {
            var confined = @case.Find(kind, "neighbours", null, 0.8,
                $"the trouble is confined to the new revision of {workload.Key.Name}; its old revision ran beside {neighbour.Name} and was well", reference);
            @case.Against(Cause.NeighbourRelease, subject, confined);
        }

        if (neighbour is { RolloutComplete: true, HasBadPods: false })
        {
            var well = @case.Find(EvidenceKind.ContainerState, "neighbours", null, 0.5, $"the rollout of {neighbour.Name} is complete and all its pods are ready", reference);
            @case.Against(Cause.NeighbourRelease, subject, well);
        }
    }
}
