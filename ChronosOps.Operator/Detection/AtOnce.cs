namespace ChronosOps.Operator.Detection;

/// <summary>Does some things at once, but no more than so many. What is done without waiting needs no other thread, which costs more than an evaluation of a workload.</summary>
internal static class AtOnce
{
    /// <summary>Does a thing with each item.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">How many at once.</param>
    /// <param name="body">What is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ForEachAsync<T>(IReadOnlyList<T> items, int most, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        var underWay = new List<Task>();
        try
        {
            foreach (var item in items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var one = body(item, cancellationToken);
                if (one.IsCompletedSuccessfully)
                {
                    continue;
                }

                underWay.Add(one.AsTask());
                if (underWay.Count == most)
                {
                    var done = await Task.WhenAny(underWay).ConfigureAwait(false);
                    underWay.Remove(done);
                    await done.ConfigureAwait(false);
                }
            }
        }
        finally
        {
            // Nothing goes on behind the back of whoever sees it fail.
            await Task.WhenAll(underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
    }
}
