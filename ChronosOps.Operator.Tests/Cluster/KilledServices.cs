using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>Two services in namespaces of their own, whose incidents share the deaths of the operator. Started by the first test.</summary>
public sealed class KilledServices : IAsyncDisposable
{
    private readonly Lazy<Task<ServiceUnderTraffic[]>> _started = new(() =>
        Task.WhenAll(ServiceUnderTraffic.StartAsync("killed-orders", "orders"), ServiceUnderTraffic.StartAsync("killed-basket", "basket")));

    /// <summary>Both, with a revision to return to and nothing open.</summary>
    internal async Task<IReadOnlyList<ServiceUnderTraffic>> GetAsync()
    {
        var services = await _started.Value;
        await Task.WhenAll(services.Select(service => service.ProtectedAsync()));
        return services;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _started.IsValueCreated ? await _started.Value : [])
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>The phase of each service's newest incident, as whoever reads it finds it.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>> PhasesAsync(IReadOnlyList<ServiceUnderTraffic> services, DateTimeOffset since)
    {
        var phases = new Dictionary<string, string>();
        foreach (var service in services)
        {
            phases[service.Name] = await service.IncidentsAsync(since) is [.., var last] ? last.Status?.Phase?.ToString() ?? "none" : "no incident";
        }

        return phases;
    }

    internal static string Text(IReadOnlyDictionary<string, string> phases) => string.Join(", ", phases.Select(phase => $"{phase.Key} {phase.Value}"));

    /// <summary>Every incident came to its end, each service has exactly one, and each workload was written to once.</summary>
    internal static async Task AssertHealedAsync(IReadOnlyList<ServiceUnderTraffic> services, DateTimeOffset since)
    {
        foreach (var service in services)
        {
            var incident = await Waiting.ForAsync(
                $"the incident of {service.Name} to be over",
                async () => (await service.IncidentsAsync(since)).LastOrDefault(one => one.Status?.Phase is IncidentPhase.Resolved or IncidentPhase.Escalated or IncidentPhase.Failed or IncidentPhase.Dismissed),
                async () => string.Join(" | ", (await service.IncidentsAsync(since)).Select(Waiting.Story)),
                TimeSpan.FromMinutes(4));
            Assert.True(incident.Status!.Phase == IncidentPhase.Resolved, Waiting.Story(incident));
            Assert.Single(await service.IncidentsAsync(since));
            Assert.Equal("1.0.0", await service.VariableAsync("APP_VERSION"));
        }

        OperatorWrites.AssertOnly(since, [.. services]);
    }
}
