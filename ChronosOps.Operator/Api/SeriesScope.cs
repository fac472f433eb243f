namespace ChronosOps.Operator.Api;

/// <summary>Whose series a query of ours reads: those of some namespaces, all of them or of some of their pods. Pure.</summary>
public static class SeriesScope
{
    /// <summary>The matchers, as they stand in a selector.</summary>
    /// <param name="namespaces">The namespaces. Their names hold only letters, digits and dashes: nothing in them needs escaping in a regular expression.</param>
    /// <param name="pods">Which of their pods; null for all series, also those without a pod.</param>
    public static string Matchers(IReadOnlyList<string> namespaces, PodEnding? pods = null) =>
        (namespaces is [var only] ? $"namespace=\"{only}\"" : $"namespace=~\"{string.Join('|', namespaces.Distinct().Order(StringComparer.Ordinal))}\"")
        + (pods is { } some ? $",pod=~\"{some.Pattern}\"" : "");
}

/// <summary>
/// The pods whose names end with some characters. Names that a controller makes up end at random, and those of a StatefulSet with their number, so that pods are spread evenly by their
/// last character, whatever they are called. Pure.
/// </summary>
/// <param name="From">The first character of <see cref="Characters"/>, as its place among them.</param>
/// <param name="To">The place after the last.</param>
public readonly record struct PodEnding(int From, int To)
{
    /// <summary>With what a pod's name may end (RFC 1123), in order.</summary>
    public const string Characters = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Every pod.</summary>
    public static readonly PodEnding Any = new(0, Characters.Length);

    /// <summary>A regular expression for their names. What has no pod at all is in the first part.</summary>
    public string Pattern => From == 0 ? $"(.*[{Characters[..To]}])?" : $".*[{Characters[From..To]}]";

    /// <summary>Where it is cut in two; null where it is one character.</summary>
    public int? Middle => To - From > 1 ? (From + To) / 2 : null;
}
