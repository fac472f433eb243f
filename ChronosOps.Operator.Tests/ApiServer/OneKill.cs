using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>One incident of a bad release, with one kill of the operator on the way.</summary>
internal static class OneKill
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Kills the operator at the first write since the bad release that matches; nothing of it reaches the API server from then on. The next
    /// operator must end the incident well, with one write to the workload.
    /// </summary>
    /// <returns>The write at which it was killed; null when the incident was over before.</returns>
    public static async Task<string?> SurvivesAsync(ProxyMoment when, Func<string, string, string, bool> matches)
    {
        await using var world = await ApiServerWorld.StartAsync();
        RunningOperator? first = null;
        var (released, gate, killed) = (false, new Lock(), (string?)null);
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, body) =>
        {
            lock (gate)
            {
                if (released && killed is null && moment == when && matches(method, path, body))
                {
                    killed = $"{method} {path}";
                    first!.Kill();
                }

                return killed is not null;
            }
        });
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        first = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await using (first)
        {
            await world.PolicyConditionAsync("policy", "Protected", "True");
            lock (gate)
            {
                released = true;
            }

            await world.ReleaseAsync(2, PodFate.Failing());
            await Waiting.ForAsync("the kill, or the end of the incident", async () => first.HasExited || await IsOverAsync(world) ? first : null, () => StoryAsync(world), Patience);
        }

        await using var second = await RunningOperator.StartProcessAsync(world);
        await world.IncidentAsync("resolved", incident => incident.Status?.Phase == IncidentPhase.Resolved, patience: Patience);
        var only = Assert.Single(await world.IncidentsAsync());
        Assert.True(only.Status?.LastAction == "Rollback/Succeeded", $"killed at {killed ?? "no write"}: {Waiting.Story(only)}");
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
        return killed?.Replace(world.Namespace, "NAMESPACE", StringComparison.Ordinal);
    }

    private static async Task<bool> IsOverAsync(ApiServerWorld world) => (await world.IncidentsAsync()).Any(incident => incident.Status?.Phase == IncidentPhase.Resolved);

    private static async Task<string> StoryAsync(ApiServerWorld world) => string.Join(" | ", (await world.IncidentsAsync()).Select(Waiting.Story));
}
