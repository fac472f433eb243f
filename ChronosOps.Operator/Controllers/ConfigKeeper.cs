using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Keeps a copy of each ConfigMap that a known good revision refers to, for policies that ask for it. Beside the evaluations: each ConfigMap is a request.
/// A source is never written, no Secret is read, and nothing is kept while a workload that refers to it is in trouble.
/// </summary>
[EntityRbac(typeof(V1ConfigMap), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Update, Why = "copies beside those of known good revisions, for policies with knownGood.keepConfigMaps")]
public sealed class ConfigKeeper(KubernetesClient client, SignalBoard board, KnownGoodBook book, IncidentBook incidents, TimeProvider time, ILogger<ConfigKeeper> log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>A version that was dealt with is looked at again after this long: somebody may have deleted the copy.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);
    private readonly Dictionary<ObjectKey, (string Version, DateTimeOffset At)> _done = [];
    private readonly GenericClient<V1ConfigMap> _configMaps = client.For(KubernetesResources.ConfigMaps);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(Every, time, ct).ConfigureAwait(false);
            try
            {
                await KeepAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // One bad round must not end it; the next one looks at everything anew.
                log.LogError(e, "Keeping ConfigMaps failed");
            }
        }
    }

    /// <summary>Looks once at each ConfigMap that is to be kept, whoever refers to it.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        var wanted = (from reading in board.All()
                      from reference in reading.Workload.Current.ConfigReferences
                      where reference.Kind == "ConfigMap"
                      group reading by new ObjectKey(reading.Workload.Key.Namespace, reference.Name) into users
                      where users.Any(user => user.Policy.KeepsConfigMaps)
                      select users).ToList();
        foreach (var gone in _done.Keys.Except(wanted.Select(users => users.Key)).ToList())
        {
            _done.Remove(gone);
        }

        foreach (var users in wanted.Where(users => users.All(user => !user.IsBad && incidents.OpenOf(user.Workload.Key) is null)))
        {
            try
            {
                await LookAsync(users.Key, users.Where(user => user.Policy.KeepsConfigMaps), ct).ConfigureAwait(false);
            }
            catch (KubernetesException e)
            {
                log.Log(e.IsNotFound || e.IsConflict ? LogLevel.Debug : LogLevel.Warning, "ConfigMap {ConfigMap} is looked at again in a minute: {Error}", users.Key, e.Message);
            }
        }
    }

    private async Task LookAsync(ObjectKey key, IEnumerable<WorkloadReading> users, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var found = await client.ReadMetadataAsync($"/api/v1/namespaces/{key.Namespace}/configmaps/{key.Name}", ct).ConfigureAwait(false);
        var version = (string?)found?["metadata"]?["resourceVersion"] ?? "";
        if ((_done.TryGetValue(key, out var done) && done.Version == version && now - done.At < Again)
            || Proof(users, found) is not { } proof
            || await _configMaps.FindNamespacedAsync(key.Namespace!, key.Name, ct).ConfigureAwait(false) is not { } source || source.ResourceVersion() != version)
        {
            return;
        }

        await WriteAsync(KeptConfigMaps.Copy(source, proof, now), source, ct).ConfigureAwait(false);
        _done[key] = (version, now);
    }

    /// <summary>A workload that serves well with what the ConfigMap holds.</summary>
    private WorkloadReading? Proof(IEnumerable<WorkloadReading> users, JsonNode? found) =>
        ConfigCollector.LastWritten(found) is { } written ? users.FirstOrDefault(user => KeptConfigMaps.IsProven(user, book.Of(user.Workload.Uid), written)) : null;

    private async Task WriteAsync(V1ConfigMap copy, V1ConfigMap source, CancellationToken ct)
    {
        if (KeptConfigMaps.IsCopy(source))
        {
            return;
        }

        if (KeptConfigMaps.SizeOf(source) > KeptConfigMaps.MaxBytes)
        {
            log.LogInformation("ConfigMap {ConfigMap} is not kept: it is larger than {Most} bytes", source.Key(), KeptConfigMaps.MaxBytes);
            return;
        }

        var existing = await _configMaps.FindNamespacedAsync(copy.Namespace()!, copy.Name(), ct).ConfigureAwait(false);
        if (existing is not null && !KeptConfigMaps.IsCopyOf(existing, source.Name()))
        {
            log.LogWarning("ConfigMap {ConfigMap} is not kept: {Copy} is somebody else's, and is left alone", source.Key(), copy.Key());
            return;
        }

        var options = new WriteOptions { FieldManager = ApiGroup.FieldManager };
        if (existing is null)
        {
            await _configMaps.CreateNamespacedAsync(copy, copy.Namespace()!, options, ct).ConfigureAwait(false);
        }
        else if (!KeptConfigMaps.Compare(existing, source).IsNone)
        {
            copy.Metadata.ResourceVersion = existing.ResourceVersion();
            await _configMaps.ReplaceNamespacedAsync(copy, copy.Namespace()!, copy.Name(), options, ct).ConfigureAwait(false);
        }
    }
}
