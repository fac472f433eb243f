using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>An incident of checkout as its phase gets to see it.</summary>
internal static class SampleContext
{
    public static IncidentContext Of(Incident incident, WorkloadReading? reading) => new()
    {
        Incident = incident,
        Status = incident.Status!,
        Now = SampleWorkload.Now,
        Key = SampleWorkload.Key,
        Workload = reading?.Workload,
        Policy = reading?.Policy,
        Reading = reading,
    };

    /// <summary>Asks the gates, with no other incident known, and the emergency stop as the API says.</summary>
    public static GateKeeper Keeper(FakeApi api)
    {
        var (book, board) = (new IncidentBook(new Informer<Incident>(api.Client.For(ApiResources.Incidents), new())), new SignalBoard());
        board.Publish([Well(SamplePolicy.Effective())]);
        return new(book, new EmergencyStop(api.Client, "chronosops-system", "chronosops-control"), new StormWatch(book, board, StormLimits.Default), Chains(api, book));
    }

    /// <summary>Collects what the API tells of the workload, and the workloads of the catalogue; nothing is counted, and no other incident is known.</summary>
    public static Assessor Assessor(FakeApi api, WorkloadCatalog? catalog = null)
    {
        var (book, interval) = (new IncidentBook(new Informer<Incident>(api.Client.For(ApiResources.Incidents), new())), TimeSpan.FromSeconds(15));
        var graph = new ServiceGraph(new SilentSource(), interval, (_, _) => null, (_, _) => []);
        return new(new Collectors(api.Client, new SilentSource(), catalog ?? new WorkloadCatalog(SampleCaches.Of(api.Client), new FakeTime()), new SignalBoard(), new KnownGoodBook(), book, graph, interval));
    }

    /// <summary>Links of incidents, with no workload known and no service graph.</summary>
    public static IncidentChains Chains(FakeApi api, IncidentBook book)
    {
        var time = new FakeTime();
        return new(book, new WorkloadCatalog(SampleCaches.Of(api.Client), time), new ServiceGraph(new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []));
    }

    /// <summary>The rollback is over and everything that the policy measures is well.</summary>
    public static WorkloadReading Well(EffectivePolicy policy) => new()
    {
        Time = SampleWorkload.Now,
        Workload = SampleWorkload.RolledBack(),
        Policy = policy,
        Signals = [.. policy.Signals.Select(signal => SampleBundle.Reading(signal.Name, SignalState.Healthy)), .. SampleBundle.NoSigns()],
        Traffic = WorkloadTraffic.None,
    };

    /// <summary>An incident in a phase that was entered ten minutes ago, after a rollback, seen in the named signals.</summary>
    public static Incident In(IncidentPhase phase, params string[] signals) => new()
    {
        Metadata = new() { Name = "checkout-1", NamespaceProperty = "shop", Uid = "uid-incident" },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, PolicyRef = new LocalReference { Name = "checkout" }, Source = IncidentSource.Operator },
        Status = new IncidentStatus
        {
            Phase = phase,
            WorkloadUid = "uid-checkout",
            Policy = "checkout",
            PolicyGeneration = 1,
            Attempt = 1,
            MitigatedAt = phase == IncidentPhase.Mitigated ? SampleWorkload.At(-600) : null,
            Signals = [.. signals.Select(name => new SignalRecord { Name = name, State = "Firing" })],
            Actions = [Rollback(phase == IncidentPhase.Mitigated ? ActionState.Succeeded : ActionState.Applied)],
            Timeline = [new TimelineRecord { Time = SampleWorkload.At(-600), Phase = phase }],
        },
    };

    private static ActionRecord Rollback(ActionState state) => new()
    {
        Key = "uid-incident/1",
        Attempt = 1,
        Action = "Rollback",
        State = state,
        FromRevision = SampleWorkload.New,
        ToRevision = SampleWorkload.Old,
        TargetGeneration = 2,
        AppliedAt = SampleWorkload.At(-700),
        FieldsHandedBack = true,
    };
}

/// <summary>A source without any series.</summary>
internal sealed class SilentSource : ISeriesSource
{
    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Series>>([]);
}
