using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>What happens to a healthy service on an ordinary day. Each is done for real, and returns what was seen of it from outside.</summary>
internal static class Disturbances
{
    /// <summary>In an order that lets pods that started with the edited ConfigMap serve for a while before the fault at the end.</summary>
    public static IReadOnlyList<(string Name, Func<ServiceUnderTraffic, Task<string>> DoAsync)> All { get; } =
    [
        ("a good release with a blip", BlipAsync),
        ("doubled traffic", DoubledTrafficAsync),
        ("a deleted pod", DeletedPodAsync),
        ("a burst of 4xx", ClientErrorsAsync),
        ("a restarted Prometheus", RestartedPrometheusAsync),
        ("a ConfigMap edit and a restart", ConfigMapEditAsync),
        ("a scaled Deployment", ScaleAsync),
    ];

    private static async Task<string> BlipAsync(ServiceUnderTraffic service)
    {
        await service.ReleaseAsync("1.1.0");
        await ClusterScripts.RolledOutAsync(service.Namespace, service.Reference);
        var (_, bad) = await FaultAsync(service, "error-ratio", 0.3, 4);
        return $"version 1.1.0 is rolled out, and {bad} requests to it failed within 4 s";
    }

    /// <summary>Longer than the signals' window of 30 s.</summary>
    private static async Task<string> DoubledTrafficAsync(ServiceUnderTraffic service)
    {
        var (before, _) = await RateAsync(service, 5);
        await service.DoubleTrafficAsync();
        var (rate, seconds) = await RateAsync(service, 33);
        Assert.True(rate > before * 1.5, Text($"the traffic was not doubled: {before:0} and then {rate:0} requests/s"));
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "delete", "deployment", "load-more", "--wait=false");
        return Text($"{before:0} requests/s became {rate:0} for {seconds:0} s");
    }

    private static async Task<string> DeletedPodAsync(ServiceUnderTraffic service)
    {
        var (_, before) = await service.RequestsAsync();
        var pod = (await ClusterScripts.KubectlAsync("-n", service.Namespace, "get", "pods", "-l", $"app={service.Name}", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "delete", "pod", pod);
        await ClusterScripts.RolledOutAsync(service.Namespace, service.Reference);
        return $"pod {pod} was replaced; {(await service.RequestsAsync()).Bad - before} requests failed";
    }

    /// <summary>Longer than the signals' <c>for</c> of 10 s.</summary>
    private static async Task<string> ClientErrorsAsync(ServiceUnderTraffic service)
    {
        var (good, bad) = await FaultAsync(service, "client-error-ratio", 0.5, 20);
        return $"{bad} of {good + bad} requests were answered with 404 within 20 s";
    }

    private static async Task<string> RestartedPrometheusAsync(ServiceUnderTraffic service)
    {
        string[] pod = ["-n", "monitoring", "get", "pods", "-l", "app.kubernetes.io/name=prometheus", "-o", "jsonpath={.items[*].metadata.name}"];
        var before = await ClusterScripts.KubectlAsync(pod);
        await ClusterScripts.KubectlAsync("-n", "monitoring", "delete", "pod", "-l", "app.kubernetes.io/name=prometheus", "--grace-period=0", "--force");
        await ClusterScripts.RolledOutAsync("monitoring", "deployment/prometheus");
        var after = await ClusterScripts.KubectlAsync(pod);
        Assert.NotEqual(before, after);
        await ClusterScripts.UntilAsync("the series to be back", TimeSpan.FromMinutes(1), text => text == "True",
            "-n", service.Namespace, "get", "remediationpolicies", "-o", "jsonpath={.items[0].status.conditions[?(@.type=='SignalsAvailable')].status}");
        return $"{before} became {after}, its data is gone, and the signals are measured again";
    }

    private static async Task<string> ConfigMapEditAsync(ServiceUnderTraffic service)
    {
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "patch", "configmap", "settings", "-p", new JsonObject { ["data"] = new JsonObject { ["GREETING"] = "good day" } }.ToJsonString());
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "rollout", "restart", service.Reference);
        await ClusterScripts.RolledOutAsync(service.Namespace, service.Reference);
        return "settings, which the service refers to, was edited in place, and the pods were restarted";
    }

    private static async Task<string> ScaleAsync(ServiceUnderTraffic service)
    {
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "scale", $"deployment/{service.Name}", "--replicas=4");
        await ClusterScripts.RolledOutAsync(service.Namespace, service.Reference);
        return "2 pods became 4";
    }

    /// <summary>Switches a fault on in all pods, and counts the requests until it is over.</summary>
    private static async Task<(long Good, long Bad)> FaultAsync(ServiceUnderTraffic service, string kind, double ratio, double seconds)
    {
        var before = await service.RequestsAsync();
        await service.SwitchFaultAsync(kind, ratio, seconds);
        await Waiting.QuietlyAsync(seconds + 1);
        var after = await service.RequestsAsync();
        var (good, bad) = (after.Good - before.Good, after.Bad - before.Bad);
        Assert.True(bad > ServiceUnderTraffic.RequestsPerSecond * seconds * ratio / 3, $"only {bad} of {good + bad} requests failed: that is no {kind}");
        return (good, bad);
    }

    private static async Task<(double PerSecond, double Seconds)> RateAsync(ServiceUnderTraffic service, double seconds)
    {
        var (start, before) = (ClusterScripts.Now, await service.RequestsAsync());
        await Waiting.QuietlyAsync(seconds);
        var (end, after) = (ClusterScripts.Now, await service.RequestsAsync());
        return ((after.Good + after.Bad - before.Good - before.Bad) / (end - start).TotalSeconds, (end - start).TotalSeconds);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
