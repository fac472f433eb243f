using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>The way of one client to its server. What happens to each request comes from the seed.</summary>
internal sealed class FaultyLine(string id, HttpMessageInvoker server, int seed)
{
    private static readonly Fault[] ForAll = [Fault.Cut, Fault.LostAnswer, Fault.Silence, Fault.Throttled, Fault.Failed, Fault.FailedAfterwards, Fault.Unavailable, Fault.HalfBody, Fault.Slow];
    private static readonly Fault[] ForLists = [.. ForAll, Fault.Gone];
    private static readonly Fault[] ForWatches =
    [
        Fault.Cut, Fault.Silence, Fault.Throttled, Fault.Failed, Fault.Unavailable, Fault.Gone, Fault.Slow, Fault.CutStream, Fault.EndStream, Fault.SilentStream, Fault.HalfLine,
        Fault.GarbledLine, Fault.Undecodable, Fault.ErrorGone, Fault.ErrorFailed,
    ];

    private readonly Random random = new(seed);
    private readonly Lock gate = new();
    private CancellationTokenSource cut = new();
    private int open;

    public string Id { get; } = id;

    /// <summary>How many of ten requests are disturbed; of watches, of which there are fewer, twice as many.</summary>
    public int Disturbed { get; set; } = 4;

    /// <summary>How many requests go on.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>What happened, and how often.</summary>
    public ConcurrentDictionary<Fault, int> Faults { get; } = new();

    /// <summary>Cuts all connections that are in use.</summary>
    public void CutAll() => Interlocked.Exchange(ref cut, new CancellationTokenSource()).Cancel();

    /// <summary>From now on the server is reached as it is. What was silenced or slowed down before stays so.</summary>
    public void Calm() => Disturbed = 0;

    public async Task HandleAsync(HttpContext context, string path)
    {
        Interlocked.Increment(ref open);
        try
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Volatile.Read(ref cut).Token);
            var isWatch = context.Request.Query["watch"] == "true";
            var isList = context.Request.Method == "GET" && path.EndsWith("/probes", StringComparison.Ordinal);
            var (fault, after) = Choose(isWatch ? ForWatches : isList ? ForLists : ForAll);
            await new FaultyExchange(context, server, fault, after).RunAsync(path, isWatch, gone.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or InvalidOperationException)
        {
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    private (Fault Fault, int After) Choose(Fault[] possible)
    {
        lock (gate)
        {
            var fault = random.Next(10) < Disturbed * (possible == ForWatches ? 2 : 1) ? possible[random.Next(possible.Length)] : Fault.None;
            Faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
            return (fault, random.Next(4));
        }
    }
}
