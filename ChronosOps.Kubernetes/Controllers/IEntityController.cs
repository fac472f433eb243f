namespace ChronosOps.Kubernetes;

/// <summary>Brings one object towards its desired state. Called for one object once at a time.</summary>
public interface IEntityController<T>
{
    /// <summary>Compare what is with what should be and act. Throwing counts as a failure that is tried again.</summary>
    Task<ReconciliationResult<T>> ReconcileAsync(T entity, CancellationToken ct);

    /// <summary>The object is gone; <paramref name="entity"/> is its last known state, which may be stale.</summary>
    Task<ReconciliationResult<T>> DeletedAsync(T entity, CancellationToken ct);
}

/// <summary>What a reconciliation came to, and when to look again.</summary>
public sealed record ReconciliationResult<T>
{
    private ReconciliationResult(T entity) => Entity = entity;

    /// <summary>The object as last written or read: its version tells which cached state is older than our own write.</summary>
    public T Entity { get; private init; }

    public bool IsSuccess { get; private init; }

    /// <summary>Trying again cannot help until the object changes.</summary>
    public bool IsTerminal { get; private init; }

    public string? Message { get; private init; }
    public Exception? Error { get; private init; }
    public TimeSpan? RequeueAfter { get; private init; }

    public static ReconciliationResult<T> Success(T entity, TimeSpan? requeueAfter = null) =>
        new(entity) { IsSuccess = true, RequeueAfter = requeueAfter };

    /// <summary>Try again with growing delay, and not before <paramref name="requeueAfter"/>.</summary>
    public static ReconciliationResult<T> Failure(T entity, string message, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity) { Message = message, Error = error, RequeueAfter = requeueAfter };

    /// <summary>Log it and wait for the object to change.</summary>
    public static ReconciliationResult<T> Terminal(T entity, string message, Exception? error = null) =>
        new(entity) { Message = message, Error = error, IsTerminal = true };
}
