namespace ChronosOps.Operator.Workloads;

/// <summary>A rollback that an incident has taken, or the undo of one.</summary>
/// <param name="From">The revision that was rolled back; of an undo the one that had been returned to, and made things worse.</param>
/// <param name="To">The revision that was returned to; null where that was not written down.</param>
/// <param name="Incident">The incident that did.</param>
/// <param name="At">When.</param>
/// <param name="IsUndo">Whether it took a rollback back.</param>
public sealed record PastRollback(string From, string? To, string Incident, DateTimeOffset At, bool IsUndo = false)
{
    /// <summary>Whether a revision is what was rolled back.</summary>
    public bool IsOf(string revision, WorkloadSnapshot workload) => IsOf(From, To, revision, workload);

    /// <summary>
    /// Whether a revision is what was rolled back: the very same, or the same release with other stamps, as far as both templates are kept. Where the rollback led to the same release, a stamp is all
    /// that was rolled back, and only the very same revision counts.
    /// </summary>
    /// <param name="from">The revision that was rolled back; null for an action that changed none.</param>
    /// <param name="to">The revision that was returned to.</param>
    /// <param name="revision">The revision that is asked for.</param>
    /// <param name="workload">The workload with its kept revisions.</param>
    public static bool IsOf(string? from, string? to, string revision, WorkloadSnapshot workload) =>
        from is not null && (revision == from || (workload.ReleaseOf(from) is { } release && release == workload.ReleaseOf(revision) && release != workload.ReleaseOf(to)));

    /// <summary>The revision for people, with what makes it the one that was rolled back where its name does not.</summary>
    public static string Name(string revision, string? from) => revision == from ? $"revision {revision}" : $"revision {revision}, which is {from} but for annotations,";
}
