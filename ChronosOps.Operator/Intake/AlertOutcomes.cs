namespace ChronosOps.Operator.Intake;

/// <summary>What becomes of an alert, as the metric and the log name it.</summary>
public static class AlertOutcomes
{
    /// <summary>An incident was opened for it.</summary>
    public const string Opened = nameof(Opened);

    /// <summary>The open incident of its workload took it in.</summary>
    public const string Merged = nameof(Merged);

    /// <summary>The open incident noted that it is over.</summary>
    public const string Resolved = nameof(Resolved);

    /// <summary>It was known already: of an open incident, or of one that is over.</summary>
    public const string Repeated = nameof(Repeated);

    /// <summary>It is over, and no open incident knows of it.</summary>
    public const string NothingOpen = nameof(NothingOpen);

    /// <summary>It has no label with a namespace.</summary>
    public const string NoNamespace = nameof(NoNamespace);

    /// <summary>No label tells what it speaks of, and no policy claims it.</summary>
    public const string NoTarget = nameof(NoTarget);

    /// <summary>What it speaks of is not there, or not watched.</summary>
    public const string TargetNotFound = nameof(TargetNotFound);

    /// <summary>No valid policy governs its workload.</summary>
    public const string NotGoverned = nameof(NotGoverned);

    /// <summary>It flaps: it waits in the last incident of its workload until the hold is over.</summary>
    public const string HeldDown = nameof(HeldDown);

    /// <summary>It speaks of a Job that was given up before the policy, or long ago.</summary>
    public const string NoNews = nameof(NoNews);

    /// <summary>The incident knows as many alerts as it can keep.</summary>
    public const string TooMany = nameof(TooMany);

    /// <summary>The API server could not be reached: it is asked for again.</summary>
    public const string Unavailable = nameof(Unavailable);

    /// <summary>The API server refuses to have it written down.</summary>
    public const string Refused = nameof(Refused);

    /// <summary>Whether nobody needs to hear of it.</summary>
    public static bool IsExpected(string outcome) => outcome is Repeated or NothingOpen;
}
