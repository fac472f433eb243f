namespace ChronosOps.Kubernetes;

/// <summary>How a cache is filled next: by a watch that begins with everything there is (a streamed list), or by a list.</summary>
/// <param name="streamLists">Whether streamed lists are wanted at all.</param>
internal sealed class FillMethod(bool streamLists)
{
    private const int MostBroken = 3;
    private bool canStream = streamLists;
    private int broken;

    /// <summary>Whether the next one is a list.</summary>
    public bool IsList { get; private set; } = !streamLists;

    /// <summary>The cache is filled.</summary>
    public void Filled()
    {
        if (!IsList)
            broken = 0; // it works: what went wrong before was the moment's fault
        IsList = !canStream;
    }

    /// <summary>A list failed: where streaming is known not to work it is tried again; elsewhere the two take turns, so that either one suffices.</summary>
    public void ListFailed() => IsList = !canStream;

    /// <summary>
    /// A streamed list failed: a list is next, unless the server only asked for patience or for another version. Old servers
    /// refuse the parameters, which is remembered. One that does not know them may also just say nothing, or end; so may one that
    /// has too much to do: that is tried again at the next occasion, but not for ever.
    /// </summary>
    /// <returns>Whether streaming itself was at fault, so that the list need not wait.</returns>
    public bool Failed(Exception e)
    {
        if (e is KubernetesException { IsGone: true } or KubernetesException { IsResourceVersionTooLarge: true } or KubernetesException { IsTooManyRequests: true })
            return false;
        var refused = e is KubernetesException { IsInvalid: true } or KubernetesException { StatusCode: 400 or 405 or 406 };
        var ended = e is InitialEventsException or KubernetesException { StatusCode: 0, InnerException: TimeoutException };
        canStream &= !refused && !(ended && ++broken >= MostBroken);
        IsList = true;
        return refused || ended;
    }
}

/// <summary>A streamed list ended before everything was sent.</summary>
internal sealed class InitialEventsException(string message) : Exception(message);
