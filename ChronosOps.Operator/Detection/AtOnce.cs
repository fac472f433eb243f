namespace ChronosOps.Operator.Detection;

/// <summary>Does some things at once, but no more than so many. One alone needs no other thread, which costs more than an evaluation of a workload.</summary>
internal static class AtOnce
{
    /// <summary>Does a thing with each item.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">How many at once.</param>
    /// <param name="body">What is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ForEachAsync<T>(IReadOnlyList<T> items, int most, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        if (items.Count < 2)
        {
            foreach (var item in items)
            {
                await body(item, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken }, body).ConfigureAwait(false);
    }
}
