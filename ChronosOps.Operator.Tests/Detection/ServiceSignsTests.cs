using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class ServiceSignsTests
{
    internal static readonly ServiceSnapshot Well = new() { Name = "api", Reach = ServiceReach.Here, Target = "app=checkout", Earlier = "app=checkout" };

    /// <summary>Somebody changed it half a minute ago.</summary>
    internal static readonly ServiceSnapshot Changed = new()
    {
        Name = "checkout",
        Reach = ServiceReach.Nowhere,
        Target = "app=chekout",
        Earlier = "app=checkout",
        LostSince = SampleWorkload.At(-30),
        Problem = "its selector app=chekout selects no pod, the workload's have app=checkout",
    };

    /// <summary>The release moved away from it.</summary>
    internal static readonly ServiceSnapshot LeftBehind = Changed with { Target = "app=checkout", Problem = "its selector app=checkout selects no pod, the workload's have app=shop" };

    private static readonly Dictionary<string, (ServiceSnapshot[] Services, Func<WorkloadSnapshot, WorkloadSnapshot> Change, SignalState State)> Table = new()
    {
        ["all lead to the pods"] = ([Well], w => w, SignalState.Healthy),
        ["there is none"] = ([], w => w, SignalState.Healthy),
        ["one was changed and leads nowhere"] = ([Changed], w => w, SignalState.Firing),
        ["one was changed and another leads to it"] = ([Well, Changed], w => w, SignalState.Healthy),
        ["one was changed and another leads to it by a label of a pod"] = ([Well with { ByTemplate = false }, Changed], w => w, SignalState.Healthy),
        ["two were changed"] = ([Changed with { Name = "api" }, Changed], w => w, SignalState.Firing),
        ["it was changed a moment ago"] = ([Changed with { LostSince = SampleWorkload.At(-14) }], w => w, SignalState.Pending),
        ["it led nowhere when this process began to look"] = ([Changed with { LostSince = SampleWorkload.Now, LostAtStart = true }], w => w, SignalState.Firing),
        ["no pod is ready"] = ([Changed], w => w with { Pods = [.. w.Pods.Select(pod => pod with { Ready = false })] }, SignalState.Pending),
        ["no replicas are asked for"] = ([Changed], w => w with { Replicas = 0, Pods = [] }, SignalState.Healthy),
        ["the release moved away from the only one"] = ([LeftBehind], w => w, SignalState.Firing),
        ["the release moved away from one and another leads to it"] = ([Well, LeftBehind], w => w, SignalState.Healthy),
        ["Services cannot be read any more"] = ([Changed with { Reach = ServiceReach.Unknown, Target = null }], w => w, SignalState.Unknown),
    };

    public static TheoryData<string> Situations => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation)
    {
        var (services, change, state) = Table[situation];
        var reading = Assert.Single(ServiceSigns.Judge(change(SampleWorkload.Settled() with { Services = services }), SampleWorkload.Now));
        Assert.Equal((ServiceSigns.EndpointsMissing, state, true), (reading.Signal, reading.State, reading.IsKubernetesSign));
    }

    [Fact]
    public void WhereServicesCouldNeverBeReadThereIsNoSuchSign() => Assert.Empty(ServiceSigns.Judge(SampleWorkload.Settled(), SampleWorkload.Now));

    [Fact]
    public void ItNamesTheServiceAndSinceWhen()
    {
        var reading = ServiceSigns.Judge(SampleWorkload.Settled() with { Services = [Changed] }, SampleWorkload.Now)[0];
        Assert.Equal("Service checkout leads to none of 3 ready pods: its selector app=chekout selects no pod, the workload's have app=checkout; it led to them with app=checkout", reading.Message);
        Assert.Equal((SampleWorkload.At(-30), null), (reading.Since, reading.Revision));
    }

    /// <summary>It waits for a version that is still to come, or somebody retires it.</summary>
    [Fact]
    public void AServiceParkedOnNothingDoesNotMakeAWorkloadLookIllThatAnotherLeadsTo()
    {
        var workload = SampleWorkload.RolledBack() with { Services = [Well, Changed] };
        var sign = Assert.Single(ServiceSigns.Judge(workload, SampleWorkload.Now));
        Assert.Equal("not seen: Service checkout was changed and leads to no pod, and api leads to the workload's", sign.Message);
        Assert.Empty(ServiceSigns.MissedIn(Reading(workload)));
        Assert.False(Reading(workload).IsBad);
    }

    [Fact]
    public void BeforeTheSignHasFiredALostServiceIsNoEvidence()
    {
        var lost = SampleWorkload.RolledBack() with { Services = [Changed] };
        Assert.Equal(["checkout"], ServiceSigns.MissedIn(Reading(lost)).Select(service => service.Name));
        Assert.Empty(ServiceSigns.MissedIn(Reading(lost with { Services = [Changed with { LostSince = SampleWorkload.At(-3) }] })));
        Assert.Empty(ServiceSigns.MissedIn(Reading(lost with { Pods = [.. lost.Pods.Select(pod => pod with { Ready = false })] })));
        Assert.Empty(ServiceSigns.MissedIn(Reading(lost with { Replicas = 0, Pods = [] })));
    }

    [Fact]
    public void WhereServicesCannotBeReadAnyMoreOnlyIncidentsThatWereSeenByThemCannotRecover()
    {
        var reading = Reading(SampleWorkload.RolledBack() with { Services = [Changed with { Reach = ServiceReach.Unknown, Target = null }] });
        var another = SampleContext.In(IncidentPhase.Escalated, "errors").Status!;
        Assert.True(Recovery.IsComplete(reading, another));
        Assert.False(Recovery.IsComplete(reading, SampleContext.In(IncidentPhase.Escalated, ServiceSigns.EndpointsMissing).Status!));
        Assert.False(Recovery.IsComplete(reading with { Signals = [.. reading.Signals, SampleBundle.Reading("errors", SignalState.Unknown)] }, another));
        Assert.False(Recovery.IsComplete(Reading(SampleWorkload.RolledBack() with { Services = [Changed] }), another));
    }

    [Fact]
    public void WhereTheReleaseMovedAwayTheSignIsTheReleases() =>
        Assert.Equal(SampleWorkload.Old, ServiceSigns.Judge(SampleWorkload.Settled() with { Services = [LeftBehind] }, SampleWorkload.Now)[0].Revision);

    /// <summary>Nothing else is wrong.</summary>
    private static WorkloadReading Reading(WorkloadSnapshot workload)
    {
        var well = SampleContext.Well(SamplePolicy.Effective());
        return well with { Workload = workload, Signals = [.. well.Signals, .. ServiceSigns.Judge(workload, SampleWorkload.Now)] };
    }
}
