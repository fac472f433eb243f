using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The errors of checkout fire, and earlier incidents of it are kept.</summary>
public sealed class OpenPhaseTests
{
    [Fact]
    public async Task WhatWasNeverSeenBeforeSaysNothingOfIt()
    {
        var (status, message) = await OpenAsync();
        Assert.Null(status.Recurrence);
        Assert.Equal("errors: 40% errors for 20s, limit 5% errors", message);
    }

    [Fact]
    public async Task WhatComesBackWithinADayNamesTheLastOneAndCounts()
    {
        var (status, message) = await OpenAsync(Earlier(1, -20), Earlier(2, -10), Earlier(3, -2));
        Assert.Equal(("checkout-3", 3), (status.Recurrence?.Previous, status.Recurrence?.Count));
        Assert.EndsWith("; as in 3 earlier incidents of the last 24 hours, checkout-3 the last", message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Others => [.. NoRepeat.Keys];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task DoesNotCount(string which)
    {
        var other = Earlier(2, -2);
        NoRepeat[which](other);
        Assert.Equal(1, (await OpenAsync(Earlier(1, -20), other)).Status.Recurrence?.Count);
    }

    private static readonly Dictionary<string, Action<Incident>> NoRepeat = new()
    {
        ["what ended more than a day ago"] = one => one.Status!.EndedAt = SampleWorkload.Now.AddHours(-25),
        ["what is still open"] = one => (one.Status!.Phase, one.Status.EndedAt) = (IncidentPhase.Escalated, null),
        ["another signal"] = one => one.Status!.Signals[0].Name = "latency",
        ["another object of that name"] = one => one.Status!.WorkloadUid = "uid-before",
        ["another workload"] = one => one.Spec.WorkloadRef.Name = "cart",
        ["another kind"] = one => one.Spec.WorkloadRef.Kind = WorkloadKind.StatefulSet,
    };

    private static async Task<(IncidentStatus Status, string Message)> OpenAsync(params Incident[] earlier)
    {
        using var api = new FakeApi(request => SampleCaches.List(request, [.. earlier.Select(one => JsonSerializer.Serialize(one, ChronosJson.Default.Incident))]));
        var cache = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        var policies = new PolicyRegistry(new Informer<RemediationPolicy>(api.Client.For(ApiResources.Policies), new()), new WorkloadCatalog(SampleCaches.Of(api.Client), new FakeTime()));
        var incident = new Incident
        {
            Metadata = new() { Name = "checkout-9", NamespaceProperty = "shop", Uid = "uid-9" },
            Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
            Status = new IncidentStatus(),
        };
        var reading = SampleContext.Well(SamplePolicy.Effective()) with { Signals = [SampleBundle.Fires("errors", null)] };
        var result = await new OpenPhase(policies, new IncidentBook(cache)).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.Opened, "SignalFiring"), (result.Happening?.Trigger, result.Happening?.Reason));
        return (incident.Status!, result.Happening!.Message);
    }

    private static Incident Earlier(int number, double hours) => new()
    {
        Metadata = new() { Name = $"checkout-{number}", NamespaceProperty = "shop", Uid = $"uid-{number}", CreationTimestamp = SampleWorkload.Now.AddHours(hours - 1) },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
        Status = new IncidentStatus
        {
            Phase = IncidentPhase.Resolved,
            WorkloadUid = SampleWorkload.RolledBack().Uid,
            EndedAt = SampleWorkload.Now.AddHours(hours),
            Signals = [new SignalRecord { Name = "errors", State = "Healthy" }],
        },
    };
}
