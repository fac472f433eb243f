using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>
/// One randomised run: informer and controller on a disturbed line while objects come, change and go. Then the line is calm, and
/// what they hold must become what the server holds.
/// </summary>
internal sealed class FaultRun(int seed, FaultProxy proxy, FaultTarget target)
{
    /// <summary>Minutes of the client's time limits and pauses pass in real seconds or less.</summary>
    public const int Speed = 100;

    private readonly Random random = new(seed);
    private readonly GenericClient<Probe> direct = target.Direct.For(Probe.Resource);
    private readonly EventLog events = new();

    /// <summary>For how long, when the line is calm, the client may lag behind.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A defect of the client, to see that it is noticed.</summary>
    public DelegatingHandler[] Defects { get; init; } = [];

    public FaultyLine Line { get; } = new($"run-{seed}", target.Server, seed + 1);

    public int Reconciles { get; private set; }

    public long Relists { get; private set; }

    /// <summary>Things that must be collectable after the run.</summary>
    public IReadOnlyList<WeakReference> Traces { get; private set; } = [];

    /// <returns>What was wrong; empty when nothing was.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken ct)
    {
        var time = new FastTime(Speed);
        var client = new KubernetesClient(new KubernetesClientConfiguration { Host = proxy.Open(Line), HttpClientTimeout = TimeSpan.FromSeconds(60) }, time, Defects);
        var informer = new Informer<Probe>(client.For(Probe.Resource), new() { Namespace = target.Namespace, StreamLists = random.Next(3) > 0, Resync = random.Next(4) == 0 ? TimeSpan.FromSeconds(30) : null });
        var controller = new ProbeController(client.For(Probe.Resource), target.Namespace, seed + 2);
        var host = new ControllerHost<Probe>(informer, controller, workers: random.Next(1, 6), time: time) { StopTimeout = TimeSpan.FromHours(1) };
        informer.AddIndex("parity", probe => [probe.Spec.Size % 2 == 0 ? "even" : "odd"]);
        informer.Changed += events.Add;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);

        for (var i = random.Next(12); i >= 0; i--)
            await ChangeAsync(ct);
        var running = host.RunAsync(stop.Token);
        for (var i = random.Next(20, 60); i >= 0; i--)
        {
            await ChangeAsync(ct);
            await Task.Delay(random.Next(6), ct);
        }
        Line.Calm();
        var problems = new List<string>();
        if (await DifferenceAsync(informer, controller, host, ct) is { } difference)
            problems.Add(difference);
        await stop.CancelAsync();
        var end = await Record.ExceptionAsync(() => running);
        problems.AddRange(Verdict(informer, controller, end));
        (Reconciles, Relists) = (controller.Reconciles, informer.Relists);
        client.Dispose();
        problems.AddRange(await LeftoversAsync(ct));
        Traces = [new(client), new(informer), new(host)];
        proxy.Close(Line);
        return problems;
    }

    /// <summary>Something happens on the server.</summary>
    private async Task ChangeAsync(CancellationToken ct)
    {
        var path = Probe.Resource.Path(target.Namespace);
        var name = $"p{random.Next(10)}";
        switch (random.Next(12))
        {
            case 0:
                Line.CutAll();
                break;
            case 1:
                target.Compact();
                break;
            case 2 or 3:
                await TryAsync(HttpMethod.Delete, $"{path}/{name}", null, ct);
                break;
            case 4:
                await TryAsync(HttpMethod.Delete, $"{path}/{name}", null, ct);
                await TryAsync(HttpMethod.Post, path, Probe.Raw(name, random.Next(1, 1000)), ct);
                break;
            default:
                var probe = Probe.Raw(name, random.Next(8) == 0 ? null : random.Next(1, 1000));
                if (!await TryAsync(HttpMethod.Post, path, probe, ct))
                    await ReplaceAsync($"{path}/{name}", probe, ct);
                break;
        }
    }

    /// <summary>Writes the spec whatever the controller writes into the status meanwhile.</summary>
    private async Task ReplaceAsync(string path, JsonObject probe, CancellationToken ct)
    {
        for (var done = false; !done;)
        {
            var known = await target.Direct.SendAsync(HttpMethod.Get, path, ct: ct);
            known!["spec"] = probe["spec"]!.DeepClone();
            done = await TryAsync(HttpMethod.Put, path, known, ct);
        }
    }

    private async Task<bool> TryAsync(HttpMethod method, string path, JsonNode? body, CancellationToken ct)
    {
        try
        {
            await target.Direct.SendAsync(method, path, body, ct: ct);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsAlreadyExists || e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>What is still different after all patience; null: nothing.</summary>
    private async Task<string?> DifferenceAsync(Informer<Probe> informer, ProbeController controller, ControllerHost<Probe> host, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var list = await direct.ListAsync(target.Namespace, ct: ct);
            var unreadable = list.Undecodable.Select(bad => bad.Key).ToHashSet();
            var expected = Lines(list.Items);
            var cached = Lines(informer.Store.List().Where(probe => !unreadable.Contains(probe.Key())));
            var unseen = list.Items.Where(probe => probe.Status?.Seen != probe.Spec.Size).Select(probe => probe.Name()).ToList();
            if (expected == cached && unseen.Count == 0 && host.QueueDepth == 0 && controller.Running == 0 && events.Deleted.Count == controller.Deleted.Count)
                return null;
            if (watch.Elapsed > Patience)
                return $"not equal after {Patience.TotalSeconds} s: server [{expected}], cache [{cached}], not reconciled [{string.Join(' ', unseen)}], queue {host.QueueDepth}, "
                    + $"deletions {events.Deleted.Count} announced and {controller.Deleted.Count} handled, last event at {informer.LastEventAt:mm:ss}";
            await Task.Delay(10, ct);
        }
    }

    private List<string> Verdict(Informer<Probe> informer, ProbeController controller, Exception? end)
    {
        var problems = new List<string>(events.Nonsense);
        if (!controller.Overlaps.IsEmpty)
            problems.Add($"twice at once: {string.Join(' ', controller.Overlaps)}");
        if (!events.Deleted.Order(StringComparer.Ordinal).SequenceEqual(controller.Deleted.Order(StringComparer.Ordinal)))
            problems.Add("the deletions that were announced are not those that were handled");
        if (controller.Running != 0)
            problems.Add($"{controller.Running} reconciliations went on after the stop");
        if (end is not OperationCanceledException)
            problems.Add($"the host ended with {end?.ToString() ?? "nothing"}");
        if (!events.State.SequenceEqual(informer.Store.List().Select(probe => $"{probe.Key()}@{probe.ResourceVersion()}").Order(StringComparer.Ordinal)))
            problems.Add("the announcements do not add up to the store");
        var indexed = informer.Store.ByIndex("parity", "even").Concat(informer.Store.ByIndex("parity", "odd"));
        if (Lines(indexed) != Lines(informer.Store.List()))
            problems.Add("the index does not have what the store has");
        return problems;
    }

    private async Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken ct)
    {
        for (var i = 0; Line.Open > 0; i++)
        {
            if (i == 500)
                return [$"{Line.Open} requests go on after the client is gone"];
            await Task.Delay(10, ct);
        }
        return [];
    }

    private static string Lines(IEnumerable<Probe> probes) =>
        string.Join(' ', probes.Select(probe => $"{probe.Name()}@{probe.ResourceVersion()}").Order(StringComparer.Ordinal));
}
