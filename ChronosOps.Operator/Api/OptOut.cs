namespace ChronosOps.Operator.Api;

/// <summary>An annotation by which a workload opts out of what its policy allows. Any value but "false".</summary>
/// <param name="Annotation">Its name.</param>
/// <param name="Reason">How it is told in a word.</param>
public sealed record OptOut(string Annotation, string Reason)
{
    /// <summary>Out of every action.</summary>
    public static readonly OptOut FromAll = new(ApiGroup.DoNotActAnnotation, "DoNotAct");

    /// <summary>Out of rollbacks. On a pod template, "true": of that revision.</summary>
    public static readonly OptOut FromRollbacks = new(ApiGroup.DoNotRollBackAnnotation, "DoNotRollBack");

    /// <summary>Out of restarts, of one pod and of all.</summary>
    public static readonly OptOut FromRestarts = new(ApiGroup.DoNotRestartAnnotation, "DoNotRestart");

    /// <summary>Out of being given more replicas.</summary>
    public static readonly OptOut FromScaling = new(ApiGroup.DoNotScaleAnnotation, "DoNotScale");

    /// <summary>What forbids an action, where it is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No annotation is named for such an action.</exception>
    public static IReadOnlyList<OptOut> Against(RemediationAction action) => action switch
    {
        RemediationAction.Rollback => [FromAll, FromRollbacks],
        RemediationAction.Restart => [FromAll, FromRestarts],
        RemediationAction.Scale => [FromAll, FromScaling],
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no annotation is named for this action"),
    };

    /// <summary>What forbids an action by the annotations of a workload; null where nothing does.</summary>
    public static OptOut? Of(IReadOnlyDictionary<string, string> annotations, RemediationAction action) =>
        Against(action).FirstOrDefault(word => annotations.TryGetValue(word.Annotation, out var value) && value != "false");
}
