namespace ChronosOps.Kubernetes;

/// <summary>Which objects to list or watch, and from when. Names follow the API's parameters.</summary>
public sealed record ListOptions
{
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>For a list: not older than this (<c>"0"</c>: any, from the server's cache). For a watch: start after it.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Exact</c> or <c>NotOlderThan</c>.</summary>
    public string? ResourceVersionMatch { get; init; }

    public string? Continue { get; init; }
    public int? Limit { get; init; }

    /// <summary>After how many seconds the server ends a watch; random between 5 and 10 minutes when not given.</summary>
    public int? TimeoutSeconds { get; init; }

    public bool? AllowWatchBookmarks { get; init; }
    public bool? SendInitialEvents { get; init; }
}

/// <summary>How a write is to be done.</summary>
public sealed record WriteOptions
{
    /// <summary>Who owns the fields that are written; required for server-side apply.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Validate and admit, but do not store.</summary>
    public bool DryRun { get; init; }

    /// <summary>Take over fields that another manager owns (server-side apply only).</summary>
    public bool Force { get; init; }

    /// <summary><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>; servers before 1.23 ignore it.</summary>
    public string? FieldValidation { get; init; }
}

/// <summary>What to delete, and only if it is still the object that was meant.</summary>
public sealed record DeleteOptions
{
    /// <summary>Refuse (409) unless the object has this UID.</summary>
    public string? Uid { get; init; }

    /// <summary>Refuse (409) unless the object has this version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Foreground</c>, <c>Background</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    public int? GracePeriodSeconds { get; init; }
    public bool DryRun { get; init; }
}
