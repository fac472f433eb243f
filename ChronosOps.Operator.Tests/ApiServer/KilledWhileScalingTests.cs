using System.Collections.Concurrent;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>
/// The operator is killed at each write of replicas, up and down, before it reaches the API server or after it was carried out and before the answer
/// came back; and at the write of a status that plans a step back. The next one goes on.
/// </summary>
[Trait("Tier", "apiserver")]
public sealed class KilledWhileScalingTests
{
    private const string Replicas = "/spec/replicas";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task EachStepUpAndDownIsTakenOnce()
    {
        (string What, string Path, string Body, int Nth, ProxyMoment When)[] kills =
        [
            ("the step up", "/deployments/web", Replicas, 1, ProxyMoment.Before),
            ("the step up", "/deployments/web", Replicas, 1, ProxyMoment.After),
            ("the plan of a step back", "/incidents/", "HandBack", 1, ProxyMoment.After),
            ("a step back", "/deployments/web", Replicas, 2, ProxyMoment.Before),
            ("a step back", "/deployments/web", Replicas, 2, ProxyMoment.After),
            ("the last step back", "/deployments/web", Replicas, 3, ProxyMoment.After),
        ];
        var told = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(kills, new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = ApiServerWorld.Ct }, async (kill, _) =>
        {
            await using var world = new Overloaded();
            var seen = 0;
            await world.SurvivesAsync(kill.When, (path, body) => path.Contains(kill.Path, StringComparison.Ordinal) && body.Contains(kill.Body, StringComparison.Ordinal) && ++seen == kill.Nth, kill.What);
            told.Add($"killed at {kill.What} {kill.When}: each of three steps was taken once");
        });
        foreach (var line in told.Order(StringComparer.Ordinal))
        {
            Told.Line("scale-kills", line);
        }

        Assert.Equal(kills.Length, told.Count);
    }

    private sealed class Overloaded : OverloadedWorld
    {
        public async Task SurvivesAsync(ProxyMoment when, Func<string, string, bool> matches, string what)
        {
            var world = await OverloadedAsync();
            RunningOperator? first = null;
            var (gate, killed) = (new Lock(), false);
            await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, _, path, body) =>
            {
                lock (gate)
                {
                    if (!killed && moment == when && matches(path, body))
                    {
                        killed = true;
                        first!.Kill();
                    }

                    return killed;
                }
            });
            first = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
            await using (first)
            {
                await SurgeAsync(world);
                var full = true;
                await Waiting.ForAsync($"the kill at {what} {when}", async () =>
                {
                    if (full && (await world.IncidentsAsync()).Any(incident => incident.Status?.MitigatedAt is not null))
                    {
                        full = false;
                        world.Prometheus.Traffic.RequestsPerSecond /= 2;
                    }

                    return first.HasExited ? first : null;
                }, async () => string.Join(" | ", (await world.IncidentsAsync()).Select(Waiting.Story)), Patience);
            }

            await using var second = await RunningOperator.StartProcessAsync(world);
            await world.IncidentAsync("mitigated", incident => incident.Status?.MitigatedAt is not null, patience: Patience);
            world.Prometheus.Traffic.RequestsPerSecond = 40;
            var over = await world.IncidentAsync(IncidentPhase.Resolved, patience: Patience);
            Assert.True(over.Status!.Reason == "StayedWell", $"killed at {what} {when}: {Waiting.Story(over)}");
            Assert.Equal(["Scale", "HandBack", "HandBack"], over.Status.Actions.Select(action => action.Action));
            Assert.Equal(2, await ReplicasAsync(world));
            world.AssertSpecWrites("web", "web", "web");
        }
    }
}
