using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>What is known of an effect.</summary>
public enum EffectState
{
    /// <summary>The effect is there.</summary>
    InPlace,

    /// <summary>Things are as they were when the action was written down.</summary>
    NotInPlace,

    /// <summary>It was refused for now: the same may be tried again.</summary>
    HeldOff,

    /// <summary>The workload has changed, but not its revision: the effect was never in place, and no longer fits.</summary>
    MovedOn,

    /// <summary>The workload has changed, and its controller has not looked at it yet: a moment later it can be told.</summary>
    NotYetKnown,

    /// <summary>The workload has changed and does not carry the key: it may have been stripped. Never repeat.</summary>
    Unknown,

    /// <summary>The workload is gone, or another one has its name.</summary>
    TargetGone,
}

/// <summary>What came of looking for an effect, or of trying to have it.</summary>
/// <param name="State">What is known of it.</param>
/// <param name="Message">In a sentence.</param>
/// <param name="Key">The key that was found on the workload, where the state rests on it.</param>
public sealed record EffectOutcome(EffectState State, string Message, string? Key = null);

/// <summary>Has the effect of one kind of planned action, at most once for each key.</summary>
public interface IEffect
{
    /// <summary>Looks whether the effect is in place.</summary>
    Task<EffectOutcome> ObserveAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken);

    /// <summary>Has the effect. Needs the permit for this very key, and the workload's annotations as the gates saw them, a hold among them.</summary>
    /// <exception cref="ArgumentException">The permit is for another action.</exception>
    Task<EffectOutcome> ApplyAsync(Permit permit, WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken);

    /// <summary>Asks the API server whether it would accept the effect (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). Changes nothing, so that it needs no permit.</summary>
    Task<EffectOutcome> RehearseAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken);

    /// <summary>Leaves no trace of ours that others would stumble over. Safe to repeat.</summary>
    /// <returns>Whether nothing is left to do. A refusal is no reason to fail: the effect stands, and the next look tries again.</returns>
    Task<bool> SettleAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken);

    /// <summary>Evicts what is written down as being in the way of the effect, and notes what is done. Safe to repeat.</summary>
    /// <returns>Why something is still in the way; null where nothing is.</returns>
    /// <exception cref="ArgumentException">The permit is for another action.</exception>
    Task<string?> ClearAsync(Permit permit, WorkloadKey workload, ActionRecord action, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The effect of each action. Adding one is a file and a line.</summary>
public sealed class Effects(RollbackEffect rollback, RestartEffect restart, ScaleEffect scale, RollingRestartEffect rollingRestart)
{
    /// <summary>The effect of an action that is written down; null for one that this version does not know.</summary>
    public IEffect? Of(ActionRecord action) => action.Action switch
    {
        nameof(RemediationAction.Scale) or ActionNames.HandBack => scale,
        ActionNames.Undo when action.ToReplicas is not null => scale,
        nameof(RemediationAction.Rollback) or ActionNames.Undo => rollback,
        nameof(RemediationAction.Restart) => action.IsRollingRestart ? rollingRestart : restart,
        _ => null,
    };
}
