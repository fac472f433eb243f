using System.Globalization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions;

/// <summary>Replicas that an incident has added and not handed back yet. Pure.</summary>
/// <param name="Original">The replicas before the first of them: of the workload, or the autoscaler's minimum.</param>
/// <param name="OriginalMaximum">The autoscaler's maximum before; null without one.</param>
/// <param name="Peak">The most that were asked for since.</param>
/// <param name="RequestsPerReplica">Requests per second that each replica carried well before the trouble; null where that was not measured.</param>
/// <param name="Last">The action that asked for what there is now.</param>
public sealed record BorrowedReplicas(int Original, int? OriginalMaximum, int Peak, double? RequestsPerReplica, ActionRecord Last)
{
    /// <summary>What is asked for now.</summary>
    public int Now => Last.ToReplicas!.Value;

    /// <summary>What the actions of an incident have added; null where nothing is left of it.</summary>
    public static BorrowedReplicas? Of(IReadOnlyList<ActionRecord> actions)
    {
        List<ActionRecord> chain = [];
        foreach (var action in actions.Where(action => action is { ToReplicas: not null, FromReplicas: not null, State: ActionState.Applied or ActionState.Succeeded or ActionState.Failed or ActionState.Inconclusive }))
        {
            // Where it starts from another count, somebody has set that: what was added before is theirs.
            if (chain.Count > 0 && (chain[^1].ToReplicas != action.FromReplicas || chain[^1].AutoscalerUid != action.AutoscalerUid))
            {
                chain.Clear();
            }

            chain.Add(action);
        }

        if (chain.Count == 0 || chain[^1].ToReplicas <= chain[0].FromReplicas)
        {
            return null;
        }

        var perReplica = chain[0].RequestsPerReplica is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : (double?)null;
        return new BorrowedReplicas(chain[0].FromReplicas!.Value, chain[0].FromMaximum, chain.Max(action => action.ToReplicas!.Value), perReplica, chain[^1]);
    }
}
