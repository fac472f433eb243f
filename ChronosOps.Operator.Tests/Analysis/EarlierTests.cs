using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that has yet to prove itself, all pods of which are its, fails after it has served some requests well. The release before failed for a while too, an hour ago.</summary>
public sealed class EarlierTests
{
    [Fact]
    public void WhatTheReleaseBeforeHadTooAndGotOverIsLeftToPeople()
    {
        Assert.True(Analysers.Diagnose(RolledOut() with { Earlier = null }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        var diagnosis = Analysers.Diagnose(RolledOut());
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Against,
            argument => argument.Finding.Message == "errors fired beside the release before too, and was over 1h00m before the trouble without any action");
    }

    [Fact]
    public void AReleaseThatFailedFromTheFirstIsBlamedAllTheSame() => AssertBlamed(RolledOut() with { BeganWell = false });

    [Fact]
    public void ATroubleOfTheNewRevisionAloneIsItsOwnAllTheSame() => AssertBlamed(RolledOut() with { Measures = SampleBundle.BadRelease().Measures });

    [Theory]
    [InlineData(null, true)]
    [InlineData("in the second of the release", true)]
    [InlineData("another revision", false)]
    [InlineData("another signal", false)]
    [InlineData("not well again", false)]
    [InlineData("an action", false)]
    [InlineData("open", false)]
    [InlineData("two days ago", false)]
    [InlineData("until the release", false)]
    [InlineData("another object", false)]
    public async Task OnlyTheSameTroubleOfTheRevisionBeforeCountsWhereItWasOverByItself(string? but, bool counts)
    {
        var ended = but switch { "two days ago" => -180_000, "until the release" => -25, "in the second of the release" => -29.6, _ => -3620 };
        var status = new IncidentStatus
        {
            Phase = IncidentPhase.Resolved,
            WorkloadUid = but == "another object" ? "uid-of-another" : "uid-checkout",
            EndedAt = but == "open" ? null : SampleWorkload.At(ended),
            Suspect = new RevisionRecord { Hash = but == "another revision" ? "b5d4" : SampleWorkload.Old },
            Signals = [new SignalRecord { Name = but == "another signal" ? "latency" : "errors", State = but == "not well again" ? "Unknown" : "Healthy" }],
            Actions = but == "an action" ? [new ActionRecord { Key = "uid-of-earlier/1", Action = "Restart", State = ActionState.Succeeded }] : [],
        };
        var incident = new Incident
        {
            Metadata = new() { Name = "checkout-1", NamespaceProperty = "shop", Uid = "uid-of-earlier" },
            Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" }, Source = IncidentSource.Operator },
            Status = status,
        };
        using var api = new FakeApi(request => SampleCaches.List(request, JsonSerializer.Serialize(incident, ChronosJson.Default.Incident)));
        var incidents = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(incidents, TestContext.Current.CancellationToken);
        var (bundle, reading) = (RolledOut() with { Earlier = null }, SampleContext.Well(SamplePolicy.Effective()));
        var collected = await new EarlierCollector(new IncidentBook(incidents)).CollectAsync(bundle, new CollectionRequest(reading, bundle.OnsetAt, SampleWorkload.Now), TestContext.Current.CancellationToken);
        Assert.Equal(counts ? new EarlierFact("checkout-1", "errors", SampleWorkload.At(ended)) : null, collected.Earlier);
    }

    private static void AssertBlamed(EvidenceBundle bundle) => Assert.True(Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });

    private static EvidenceBundle RolledOut()
    {
        var sample = SampleBundle.BadRelease();
        return sample with
        {
            Workload = SampleWorkload.RolledOut(),
            Measures = [sample.Measures[0], sample.Measures[1] with { DuringTrouble = false }],
            BeganWell = true,
            Earlier = new EarlierFact("checkout-1", "errors", SampleWorkload.At(-3620)),
        };
    }
}
