namespace ChronosOps.Operator.Workloads;

/// <summary>The keys in which two contents of a ConfigMap differ. Names only.</summary>
/// <param name="Added">Those that came.</param>
/// <param name="Removed">Those that went.</param>
/// <param name="Changed">Those with another value.</param>
public sealed record ConfigDifference(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed)
{
    private const int MostNamed = 5;

    /// <summary>Whether there is none.</summary>
    public bool IsNone => Added.Count + Removed.Count + Changed.Count == 0;

    /// <summary>In words: <c>changed a, b; added c</c>.</summary>
    public override string ToString() => string.Join("; ", new[] { Say("changed", Changed), Say("added", Added), Say("removed", Removed) }.Where(part => part.Length > 0));

    private static string Say(string what, IReadOnlyList<string> keys) => keys.Count == 0 ? ""
        : $"{what} {string.Join(", ", keys.Take(MostNamed))}{(keys.Count > MostNamed ? $" and {keys.Count - MostNamed} more" : "")}";
}
