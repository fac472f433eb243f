namespace ChronosOps.Kubernetes.Tests;

/// <summary>What the proxy does to a request.</summary>
internal enum Fault
{
    None,

    /// <summary>The connection is cut before the server sees the request.</summary>
    Cut,

    /// <summary>The connection is cut after the server has done what was asked.</summary>
    LostAnswer,

    /// <summary>No answer, ever.</summary>
    Silence,

    /// <summary>429 with Retry-After.</summary>
    Throttled,

    /// <summary>500 before the server sees the request.</summary>
    Failed,

    /// <summary>500 after the server has done what was asked.</summary>
    FailedAfterwards,

    /// <summary>503 without a reason.</summary>
    Unavailable,

    /// <summary>410, as if the version or the token had expired.</summary>
    Gone,

    /// <summary>Half of the answer, then the connection is cut.</summary>
    HalfBody,

    /// <summary>The answer in drips.</summary>
    Slow,

    /// <summary>After some lines of a watch: the connection is cut.</summary>
    CutStream,

    /// <summary>After some lines: the stream ends in good order.</summary>
    EndStream,

    /// <summary>After some lines: nothing more, though the connection stays.</summary>
    SilentStream,

    /// <summary>Half a line, then the connection is cut.</summary>
    HalfLine,

    /// <summary>A line that is no JSON, then all others.</summary>
    GarbledLine,

    /// <summary>An object that cannot be decoded, then all others.</summary>
    Undecodable,

    /// <summary>An ERROR event: 410.</summary>
    ErrorGone,

    /// <summary>An ERROR event: 500.</summary>
    ErrorFailed,
}
