namespace ChronosOps.Operator.Detection;

/// <summary>Lets another one begin each time, so that whoever has no turn at the end has it next. Pure.</summary>
internal static class Rotation
{
    /// <summary>The same items in the same order, from another one on, and round.</summary>
    /// <param name="items">The items.</param>
    /// <param name="by">How many are put behind the others; of as many as there are, none.</param>
    public static IEnumerable<T> Of<T>(IReadOnlyList<T> items, int by)
    {
        var first = items.Count == 0 ? 0 : by % items.Count;
        return items.Skip(first).Concat(items.Take(first));
    }
}
