using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// No incident is open that the trouble likely comes from: what the workload calls is mended first. Where the trouble is the new revision's alone, and the old one
/// calls the same and is well, also where it started since, it comes from nowhere else. Before an undo: nothing is ill that both revisions call. It would be as bad beside the one that was left.
/// </summary>
public sealed class OriginGate : IGate
{
    /// <summary>With what has been ill for so long before the incident the workload had got along.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    public string Name => "Origin";

    public GateVerdict Evaluate(GateContext context) => context.Step.IsUndo ? OfUndo(context.Bundle, context.Step.Target?.Hash) : context.Origins switch
    {
        null => GateVerdict.Deny("OriginUnknown", "it could not be found out whether what the workload calls is ill"),
        [] => GateVerdict.Allow("nothing that the workload calls has an open incident"),
        [var first, ..] when IsOwn(context.Bundle) => GateVerdict.Allow($"incident {first} is open, and the trouble here is the new revision's own"),
        [var first, ..] => GateVerdict.Wait("OriginOpen", $"the trouble likely comes from incident {first}, which is open"),
    };

    private static bool IsOwn(EvidenceBundle bundle) => Confinement.ToTheNewRevision(bundle) is not null && bundle.Dependencies.All(called => Confinement.Despite(bundle, called) is not null);

    /// <summary>It does not wait: what is worse now may be over when that is well again, and the undo would come all the same.</summary>
    private static GateVerdict OfUndo(EvidenceBundle bundle, string? back)
    {
        var now = bundle.Workload.Current.Revision;
        var shared = bundle.Dependencies.FirstOrDefault(one => Ails(one, bundle.OnsetAt) is not null && IsCalledByBoth(one, now, back));
        return shared is null
            ? GateVerdict.Allow("nothing is ill that both revisions call")
            : GateVerdict.Deny("DependencyIll", $"{shared.Reference}, {(shared.CalledBy.Count == 0 ? "calls to which fail" : "which both revisions call")}, is ill itself: {Ails(shared, bundle.OnsetAt)}");
    }

    /// <summary>Where only failed calls tell of it, it is not known by which revision: in doubt by both.</summary>
    private static bool IsCalledByBoth(DependencyFact one, string now, string? back) =>
        one.CalledBy.Count == 0 || (one.CalledBy.Contains(now) && (back is null || one.CalledBy.Contains(back)));

    /// <summary>What ails it, or may, and is not as old as that.</summary>
    private static string? Ails(DependencyFact one, DateTimeOffset onset) =>
        !(one.TroubleSince < onset - Long) && one.Trouble is { } trouble ? trouble
        : !(one.DoubtSince < onset - Long) ? one.Doubt
        : null;
}
