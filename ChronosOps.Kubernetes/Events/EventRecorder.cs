using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Kubernetes;

/// <summary>Whether an event is a matter of course or a cause for concern.</summary>
public enum EventType
{
    Normal,
    Warning,
}

/// <summary>
/// Writes Events, which <c>kubectl describe</c> shows. Best effort: it never throws, and a repeated event counts up. Uses the
/// core group, which every server has.
/// </summary>
public sealed class EventRecorder
{
    private const int LongestMessage = 1024;
    private const int LongestNamePart = 200;

    private readonly GenericClient<V1Event> events;
    private readonly string component;
    private readonly string instance;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly EventMemory memory;
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1))];
    private long sequence;
    private long dropped;

    public EventRecorder(KubernetesClient client, string component, string instance, TimeProvider? time = null, ILogger? log = null)
    {
        (this.component, this.instance) = (component, instance);
        this.time = time ?? TimeProvider.System;
        this.log = log ?? NullLogger.Instance;
        events = client.For(KubernetesResources.Events);
        memory = new EventMemory(this.time);
    }

    /// <summary>How many events were left out because their object had too many, or because the server refused them.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Reports what happened to an object.</summary>
    /// <param name="regarding">The object.</param>
    /// <param name="reason">A CamelCase word.</param>
    /// <param name="message">A sentence; cut at 1024 characters.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="ct">Gives up.</param>
    public async Task PublishAsync<T>(T regarding, string reason, string message, EventType type = EventType.Normal, CancellationToken ct = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            await PublishCoreAsync(regarding, reason, Shortened(message), type, ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref dropped);
            log.LogWarning("Event {Reason} for {Key} was not written: {Error}", reason, regarding.Key(), e.Message);
        }
    }

    private async Task PublishCoreAsync(IKubernetesObject<V1ObjectMeta> regarding, string reason, string message, EventType type, CancellationToken ct)
    {
        var about = ReferenceTo(regarding);
        var identity = new EventIdentity(about.Uid ?? $"{about.NamespaceProperty}/{about.Name}", reason, message, type);
        if (!memory.Admit(identity.Object))
        {
            Interlocked.Increment(ref dropped);
            log.LogDebug("Event {Reason} for {Key} left out: too many for this object", reason, regarding.Key());
            return;
        }
        var gate = gates[(uint)identity.GetHashCode() % gates.Length];
        await gate.WaitAsync(ct).ConfigureAwait(false); // two of the same at once must not become two objects
        try
        {
            if (memory.Find(identity) is { } known && await CountUpAsync(known, ct).ConfigureAwait(false) is { } count)
                memory.Remember(identity, known with { Count = count });
            else
                memory.Remember(identity, await CreateAsync(about, reason, message, type, ct).ConfigureAwait(false));
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<WrittenEvent> CreateAsync(V1ObjectReference about, string reason, string message, EventType type, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var ns = string.IsNullOrEmpty(about.NamespaceProperty) ? "default" : about.NamespaceProperty;
        var name = EventName(about.Name ?? "", now);
        await events.CreateNamespacedAsync(new V1Event
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns },
            InvolvedObject = about,
            Reason = reason,
            Message = message,
            Type = type == EventType.Warning ? "Warning" : "Normal",
            Count = 1,
            FirstTimestamp = now,
            LastTimestamp = now,
            Source = new V1EventSource { Component = component },
            ReportingComponent = component,
            ReportingInstance = instance,
        }, ns, ct: ct).ConfigureAwait(false);
        return new WrittenEvent(ns, name, 1);
    }

    /// <summary>The new count, or null where the event has expired meanwhile.</summary>
    private async Task<int?> CountUpAsync(WrittenEvent known, CancellationToken ct)
    {
        var (count, now) = (known.Count + 1, time.GetUtcNow().UtcDateTime);
        // The same told twice: readers of the core API look at count, those of events.k8s.io at series.
        var patch = new JsonObject
        {
            ["count"] = count,
            ["lastTimestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["series"] = new JsonObject { ["count"] = count, ["lastObservedTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) },
        };
        try
        {
            await events.PatchNamespacedAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), known.Namespace, known.Name, ct: ct).ConfigureAwait(false);
            return count;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private string EventName(string objectName, DateTimeOffset now)
    {
        var unique = string.Create(CultureInfo.InvariantCulture, $"{now.UtcTicks:x}{Interlocked.Increment(ref sequence) & 0xfff:x3}");
        return $"{objectName[..Math.Min(objectName.Length, LongestNamePart)].TrimEnd('.', '-')}.{unique}";
    }

    /// <summary>Objects out of a list may lack their kind; the class knows it.</summary>
    private static V1ObjectReference ReferenceTo(IKubernetesObject<V1ObjectMeta> regarding)
    {
        var about = regarding.Reference();
        if (regarding.GetType().GetCustomAttribute<KubernetesEntityAttribute>() is { } entity)
        {
            about.Kind ??= entity.Kind;
            about.ApiVersion ??= entity.Group.Length == 0 ? entity.ApiVersion : $"{entity.Group}/{entity.ApiVersion}";
        }
        return about;
    }

    private static string Shortened(string message) => message.Length <= LongestMessage ? message : message[..(LongestMessage - 1)] + "…";
}
