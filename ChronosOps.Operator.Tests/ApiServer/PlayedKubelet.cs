using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Plays the kubelet of one namespace: there is no node, so the pods that the controllers make come up, or do not, as the test says. Also serves the traffic.</summary>
internal sealed class PlayedKubelet(KubernetesClient client, string ns, TrafficSimulation traffic)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, (string? Uid, PodStart Start)> _told = [];

    /// <summary>What becomes of pods, by the image of their first container or by the value of its first variable; all other pods are well.</summary>
    public ConcurrentDictionary<string, PodFate> Fates { get; } = new();

    /// <summary>What becomes of single pods, by their names, whatever their image.</summary>
    public ConcurrentDictionary<string, PodFate> PodFates { get; } = new();

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await BeatAsync(ct);
            }
            catch (KubernetesException)
            {
                // The namespace is on its way out, or a pod went between list and patch: the next beat sees what is there.
            }

            await Task.Delay(Beat, ct);
        }
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        var list = await client.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{ns}/pods", ct: ct);
        var ready = new Dictionary<string, PodFate>();
        foreach (var pod in list!["items"]!.AsArray().Select(item => item!))
        {
            var name = (string)pod["metadata"]!["name"]!;
            if (pod["metadata"]!["deletionTimestamp"] is not null)
            {
                // Only a pod that stands on a node waits for its kubelet: others are gone at once.
                await client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{ns}/pods/{name}?gracePeriodSeconds=0", ct: ct);
                continue;
            }

            var fate = PodFates.GetValueOrDefault(name) ?? FateOf(pod["spec"]!["containers"]![0]!);
            var uid = (string)pod["metadata"]!["uid"]!;
            if (!_told.TryGetValue(name, out var told) || told != (uid, fate.Start))
            {
                if (told.Uid is not null && told.Uid != uid)
                {
                    traffic.Restart(name);
                }

                await client.SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/{ns}/pods/{name}/status", Status(pod, fate.Start), "application/strategic-merge-patch+json", ct);
                _told[name] = (uid, fate.Start);
            }

            if (fate.Start == PodStart.Ready)
            {
                ready[name] = fate;
            }
        }

        traffic.Serve(ready);
    }

    private PodFate FateOf(JsonNode container) =>
        Fates.GetValueOrDefault((string)container["image"]!) ?? Fates.GetValueOrDefault((string?)container["env"]?[0]?["value"] ?? "") ?? PodFate.Well;

    private static JsonObject Status(JsonNode pod, PodStart start)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var ready = start == PodStart.Ready;
        return new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = start == PodStart.ImagePullBackOff ? "Pending" : "Running",
                ["startTime"] = now,
                ["conditions"] = new JsonArray([.. new[] { "Ready", "ContainersReady" }.Select(type => new JsonObject
                {
                    ["type"] = type,
                    ["status"] = ready ? "True" : "False",
                    ["lastTransitionTime"] = now,
                })]),
                ["containerStatuses"] = new JsonArray([.. pod["spec"]!["containers"]!.AsArray().Select(container => Container(container!, start, now))]),
            },
        };
    }

    private static JsonObject Container(JsonNode container, PodStart start, string now)
    {
        var status = new JsonObject
        {
            ["name"] = (string)container["name"]!,
            ["image"] = (string)container["image"]!,
            ["imageID"] = "",
            ["ready"] = start == PodStart.Ready,
            ["restartCount"] = start == PodStart.CrashLoop ? 2 : 0,
            ["state"] = start switch
            {
                PodStart.CrashLoop => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = "back-off 20s restarting failed container" } },
                PodStart.ImagePullBackOff => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = "Back-off pulling image" } },
                _ => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } },
            },
        };
        if (start == PodStart.CrashLoop)
        {
            status["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 1, ["reason"] = "Error", ["startedAt"] = now, ["finishedAt"] = now } };
        }

        return status;
    }
}
