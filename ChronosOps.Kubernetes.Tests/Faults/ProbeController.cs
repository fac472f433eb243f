using System.Collections.Concurrent;
using System.Text.Json;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Writes into the status what it saw, and remembers whether anything happened that must not.</summary>
internal sealed class ProbeController(GenericClient<Probe> client, string ns, int seed) : IEntityController<Probe>
{
    private readonly Random random = new(seed);
    private readonly ConcurrentDictionary<ObjectKey, int> running = new();
    private int reconciles;

    /// <summary>Keys that were reconciled twice at once.</summary>
    public ConcurrentQueue<ObjectKey> Overlaps { get; } = new();

    /// <summary>The objects whose deletion was handled.</summary>
    public ConcurrentQueue<string> Deleted { get; } = new();

    public int Reconciles => Volatile.Read(ref reconciles);

    public int Running => running.Values.Sum();

    public async Task<ReconciliationResult<Probe>> ReconcileAsync(Probe entity, CancellationToken ct)
    {
        using var alone = Enter(entity.Key());
        await PauseAsync(ct);
        if (entity.Status?.Seen == entity.Spec.Size)
            return ReconciliationResult<Probe>.Success(entity);
        var copy = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(entity, ProbeJson.Default.Probe), ProbeJson.Default.Probe)!;
        copy.Status = new ProbeStatus { Seen = copy.Spec.Size };
        try
        {
            return ReconciliationResult<Probe>.Success(await client.ReplaceStatusNamespacedAsync(copy, ns, copy.Name(), ct: ct));
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return ReconciliationResult<Probe>.Success(entity); // its deletion is on the way
        }
    }

    public async Task<ReconciliationResult<Probe>> DeletedAsync(Probe entity, CancellationToken ct)
    {
        using var alone = Enter(entity.Key());
        if (await PauseAsync(ct) == 0)
            return ReconciliationResult<Probe>.Failure(entity, "not yet");
        Deleted.Enqueue(entity.Uid()!);
        return ReconciliationResult<Probe>.Success(entity);
    }

    private async Task<int> PauseAsync(CancellationToken ct)
    {
        int pause;
        lock (random)
            pause = random.Next(4);
        await Task.Delay(pause, ct);
        return pause;
    }

    private Left Enter(ObjectKey key)
    {
        Interlocked.Increment(ref reconciles);
        if (running.AddOrUpdate(key, 1, (_, count) => count + 1) > 1)
            Overlaps.Enqueue(key);
        return new Left(this, key);
    }

    private sealed class Left(ProbeController controller, ObjectKey key) : IDisposable
    {
        public void Dispose() => controller.running.AddOrUpdate(key, 0, (_, count) => count - 1);
    }
}
