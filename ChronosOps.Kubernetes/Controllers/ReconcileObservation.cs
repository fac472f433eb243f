namespace ChronosOps.Kubernetes;

/// <summary>A reconciliation that is over: how long it took and how long the object had waited for it.</summary>
public sealed record ReconcileObservation(ObjectKey Key, bool IsSuccess, bool IsTerminal, TimeSpan Duration, TimeSpan Waited);
