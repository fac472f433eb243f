using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

/// <summary>One alert, one incident: however often it is sent, and whoever receives it.</summary>
public sealed class AlertIntakeTests : IDisposable
{
    private readonly ShopApi _shop = new();

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task AnAlertOpensAnIncidentForItsWorkload()
    {
        Assert.True(await TakeAsync(Notification.Alert()));
        Assert.Single(_shop.Incidents);
        var incident = _shop[0];
        Assert.Equal((WorkloadKind.Deployment, "checkout", "checkout", IncidentSource.Alertmanager), (incident.Spec.WorkloadRef.Kind, incident.Spec.WorkloadRef.Name, incident.Spec.PolicyRef!.Name, incident.Spec.Source));
        Assert.Equal("alert/HighErrorRate: critical: 31% of requests fail", incident.Spec.Summary);
        Assert.Equal(SampleWorkload.At(-60), AlertAnnotations.Find(incident, Notification.Fingerprint)!.StartsAt);
        AssertOutcomes(("Opened", 1));
    }

    [Fact]
    public async Task ThePodLeadsToItsWorkload()
    {
        Assert.True(await TakeAsync(Notification.Alert(labels: [("pod", "checkout-1-abcde")])));
        Assert.True(await TakeAsync(Notification.Alert(fingerprint: "00000000000000aa", labels: [("pod", "checkout-1-gone")])));
        Assert.Single(_shop.Incidents);
        Assert.Equal(2, AlertAnnotations.Read(_shop[0]).Count);
    }

    [Theory]
    [InlineData("namespace", null, "NoNamespace")]
    [InlineData("namespace", "bank", "TargetNotFound")]
    [InlineData("instance", "10.0.0.1", "NoTarget")]
    [InlineData("deployment", "nothing", "TargetNotFound")]
    [InlineData("deployment", "../../x", "TargetNotFound")]
    [InlineData("deployment", "lonely", "NotGoverned")]
    [InlineData("statefulset", "checkout", "TargetNotFound")]
    [InlineData("pod", "alone", "TargetNotFound")]
    public async Task WhatIsNotGovernedIsCountedAndOpensNothing(string label, string? value, string outcome)
    {
        var alert = label == "namespace" ? Notification.Alert(labels: [("deployment", "checkout"), (label, value)]) : Notification.Alert(labels: [(label, value)]);
        Assert.True(await TakeAsync(alert));
        Assert.Empty(_shop.Writes);
        AssertOutcomes((outcome, 1));
    }

    [Fact]
    public async Task APolicyClaimsAlertsThatDoNotNameItsWorkload()
    {
        _shop.Policy.Spec.Alerts = [new AlertClaim { MatchLabels = new() { ["alertname"] = "QueueLag", ["queue"] = "orders" } }];
        Assert.True(await TakeAsync(Notification.Alert("QueueLag", labels: [("queue", "bills")]), Notification.Alert("QueueLag", "00000000000000aa", labels: [("queue", "orders")]),
            Notification.Alert("QueueLag", "00000000000000bb", labels: [("queue", "orders"), ("namespace", "bank")])));
        Assert.Equal(["00000000000000aa"], AlertAnnotations.Read(_shop[0]).Keys);
        AssertOutcomes(("Opened", 1), ("NoTarget", 2));
    }

    [Fact]
    public async Task APolicyThatIsNotValidGovernsNothing()
    {
        _shop.Policy.Spec.Signals[0].Threshold = "lots";
        Assert.True(await TakeAsync(Notification.Alert()));
        AssertOutcomes(("NotGoverned", 1));
    }

    [Fact]
    public async Task SentAgainAndAgainItIsOneIncidentAndOneWrite()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await TakeAsync(Notification.Alert()));
        }

        Assert.Single(_shop.Incidents);
        Assert.Single(_shop.Writes);
        AssertOutcomes(("Opened", 1), ("Repeated", 4));
    }

    [Fact]
    public async Task ReplicasWhoseCachesAreBehindOpenOneIncident()
    {
        AlertIntake[] replicas = [await _shop.ReplicaAsync(Never), await _shop.ReplicaAsync(Never), await _shop.ReplicaAsync(Never)];
        for (var i = 0; i < replicas.Length; i++)
        {
            Assert.True(await replicas[i].TakeAsync(Notification.Read(Notification.Alert(fingerprint: $"{i:x16}"), Notification.Alert()), Never));
        }

        Assert.Single(_shop.Incidents);
        Assert.Equal(4, AlertAnnotations.Read(_shop[0]).Count);
        Array.ForEach(replicas, replica => replica.Dispose());
    }

    [Fact]
    public async Task AlertsJoinTheIncidentThatASignalOpened()
    {
        await TakeAsync(Notification.Alert());
        _shop.Incidents[0]["metadata"]!["annotations"] = new JsonObject { ["team.example.com/note"] = "seen" };
        _shop.Incidents[0]["spec"]!["source"] = "Operator";
        Assert.True(await TakeAsync(Notification.Alert("Slow", "00000000000000aa")));
        Assert.Equal(("00000000000000aa", "seen"), (Assert.Single(AlertAnnotations.Read(_shop[0])).Key, _shop[0].Metadata.Annotations!["team.example.com/note"]));
        AssertOutcomes(("Opened", 1), ("Merged", 1));
    }

    [Fact]
    public async Task ItsEndIsNotedThoughItsPodIsGone()
    {
        await TakeAsync(Notification.Alert(labels: [("pod", "checkout-1-abcde")]));
        Assert.True(await TakeAsync(Notification.Alert(endedAt: -5, labels: [("pod", "nobody-knows")])));
        Assert.Equal(SampleWorkload.At(-5), AlertAnnotations.Find(_shop[0], Notification.Fingerprint)!.EndsAt);
        AssertOutcomes(("Opened", 1), ("Resolved", 1));
    }

    /// <summary>Both send it, each by itself, to replicas that know only what is written down; the second hears of its end last.</summary>
    [Fact]
    public async Task OfTwoAlertmanagersTheOneThatLagsBehindDoesNotHaveWhatIsOverFireAnew()
    {
        await TakeAsync(Notification.Alert());
        await TakeAsync(Notification.Alert(startedAt: -58));
        await TakeAsync(Notification.Alert(endedAt: -5));
        _shop.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -58)));
        Assert.Equal(SampleWorkload.At(-5), AlertAnnotations.Find(_shop[0], Notification.Fingerprint)!.EndsAt);
        await TakeAsync(Notification.Alert(startedAt: -58, endedAt: -5));
        AssertOutcomes(("Opened", 1), ("Repeated", 3), ("Resolved", 1));
        await TakeAsync(Notification.Alert(startedAt: 60));
        Assert.Equal((1, SampleWorkload.At(60), null), (_shop.Incidents.Count, AlertAnnotations.Find(_shop[0], Notification.Fingerprint)!.StartsAt, AlertAnnotations.Find(_shop[0], Notification.Fingerprint)!.EndsAt));
    }

    [Fact]
    public async Task TheEndOfWhatNobodyKnowsOpensNothing()
    {
        Assert.True(await TakeAsync(Notification.Alert(endedAt: -5)));
        Assert.Empty(_shop.Writes);
        AssertOutcomes(("NothingOpen", 1));
    }

    [Fact]
    public async Task AfterItsIncidentOnlyANewBeginningOpensAnother()
    {
        await TakeAsync(Notification.Alert());
        _shop.End(0);
        Assert.True(await TakeAsync(Notification.Alert()));
        Assert.Single(_shop.Incidents);
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        Assert.Equal(2, _shop.Incidents.Count);
        AssertOutcomes(("Opened", 2), ("Repeated", 1));
    }

    /// <summary>Three incidents of the alert went away by themselves, the last a minute ago: it is held down for five minutes.</summary>
    [Theory]
    [InlineData(2, "alert/HighErrorRate", 0, "Opened")]
    [InlineData(3, "alert/HighErrorRate", 0, "HeldDown")]
    [InlineData(3, "alert/Other", 0, "Opened")]
    [InlineData(3, "errors", 0, "Opened")]
    [InlineData(3, "alert/HighErrorRate", 239, "HeldDown")]
    [InlineData(3, "alert/HighErrorRate", 240, "Opened")]
    [InlineData(3, "alert/HighErrorRate", -300, "Opened")]
    public async Task AnAlertThatFlapsIsHeldDown(int flaps, string signal, double later, string outcome)
    {
        _shop.Flap(flaps, signal);
        _shop.Time.Advance(TimeSpan.FromSeconds(Math.Max(0, later)));
        Assert.True(await TakeAsync(Notification.Alert(startedAt: later - 5)));
        Assert.Equal(outcome == "Opened" ? flaps + 1 : flaps, _shop.Incidents.Count);
        AssertOutcomes((outcome, 1));
    }

    /// <summary>Each step by a replica that was started just before, so that nothing is known but what is written down.</summary>
    [Fact]
    public async Task WhatStillFiresWhenTheHoldEndsOpensOneIncidentThatKnowsTheAlert()
    {
        _shop.Flap(3, "alert/HighErrorRate");
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        await _shop.EvaluateAsync(Never);
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        Assert.Equal(3, _shop.Incidents.Count);
        _shop.Time.Advance(TimeSpan.FromSeconds(240));
        await _shop.EvaluateAsync(Never);
        await _shop.EvaluateAsync(Never);
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        Assert.Equal(4, _shop.Incidents.Count);
        Assert.Equal((IncidentSource.Alertmanager, SampleWorkload.At(-5)), (_shop[3].Spec.Source, AlertAnnotations.Find(_shop[3], Notification.Fingerprint)!.StartsAt));
        _shop.End(3);
        await _shop.EvaluateAsync(Never);
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        Assert.Equal(4, _shop.Incidents.Count);
    }

    [Fact]
    public async Task WhatIsOverWhenTheHoldEndsOpensNothing()
    {
        _shop.Flap(3, "alert/HighErrorRate");
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        _shop.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5, endedAt: 50, labels: [("pod", "nobody-knows")])));
        _shop.Time.Advance(TimeSpan.FromSeconds(600));
        await _shop.EvaluateAsync(Never);
        Assert.Equal(3, _shop.Incidents.Count);
        AssertOutcomes(("HeldDown", 1), ("Resolved", 1));
    }

    /// <summary>The incident that another alert opens takes along what waits.</summary>
    [Fact]
    public async Task AnotherAlertIsNotHeldDownAndTakesTheWaitingOneAlong()
    {
        _shop.Flap(3, "alert/HighErrorRate");
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -5)));
        Assert.True(await TakeAsync(Notification.Alert("Slow", "00000000000000aa", -5)));
        Assert.Equal(["00000000000000aa", Notification.Fingerprint], AlertAnnotations.Read(_shop[3]).Keys.Order(StringComparer.Ordinal));
        AssertOutcomes(("HeldDown", 1), ("Opened", 1));
    }

    /// <summary>It was given up ten seconds ago. Whoever applies a policy asks for what comes.</summary>
    [Theory]
    [InlineData(-20, 0, "Opened")]
    [InlineData(-5, 0, "NoNews")]
    [InlineData(-20, 90_000, "NoNews")]
    public async Task AnAlertOfAJobThatWasGivenUpBeforeThePolicyOrLongAgoIsNoNews(double policySince, double later, string outcome)
    {
        _shop.Policy.Spec.Workloads = new WorkloadSelector { Kind = WorkloadKind.Job, Name = "backup" };
        _shop.Policy.Spec.Signals = [];
        _shop.Policy.Metadata.CreationTimestamp = SampleWorkload.At(policySince);
        _shop.Time.Advance(TimeSpan.FromSeconds(later));
        Assert.True(await TakeAsync(Notification.Alert("KubeJobFailed", labels: [("job_name", "backup")])));
        AssertOutcomes((outcome, 1));
        Assert.Equal(outcome == "Opened" ? 1 : 0, _shop.Incidents.Count);
    }

    /// <summary>It fires now, as a signal does that was bad already when the policy came.</summary>
    [Fact]
    public async Task AnAlertThatBeganBeforeThePolicyOpensAnIncidentOfAWorkloadThatServes()
    {
        _shop.Policy.Metadata.CreationTimestamp = SampleWorkload.At(-5);
        Assert.True(await TakeAsync(Notification.Alert(startedAt: -3600)));
        AssertOutcomes(("Opened", 1));
    }

    /// <summary>The cache shows the incident as open; only the server knows better.</summary>
    [Fact]
    public async Task AnAlertIsNotWrittenIntoAnIncidentThatHasJustEnded()
    {
        await TakeAsync(Notification.Alert());
        using var behind = await _shop.ReplicaAsync(Never);
        _shop.End(0);
        Assert.True(await behind.TakeAsync(Notification.Read(Notification.Alert("Slow", "00000000000000aa", -5)), Never));
        Assert.Equal((2, 1, "00000000000000aa"), (_shop.Incidents.Count, AlertAnnotations.Read(_shop[0]).Count, AlertAnnotations.Read(_shop[1]).Single().Key));
    }

    [Theory]
    [InlineData(0, false, "Unavailable")]
    [InlineData(503, false, "Unavailable")]
    [InlineData(429, false, "Unavailable")]
    [InlineData(403, true, "Refused")]
    [InlineData(422, true, "Refused")]
    public async Task ItIsAskedForAgainOnlyWhereThatHelps(int status, bool complete, string outcome)
    {
        _shop.Fails = new FakeAnswer(status);
        Assert.Equal(complete, await TakeAsync(Notification.Alert()));
        AssertOutcomes((outcome, 1));
        _shop.Fails = null;
        Assert.True(await TakeAsync(Notification.Alert()));
        Assert.Single(_shop.Incidents);
    }

    [Fact]
    public async Task WhatWasLeftOutIsSaid()
    {
        var message = Notification.Of(Notification.Alert());
        message["truncatedAlerts"] = 12;
        using var intake = await _shop.ReplicaAsync(Never);
        await intake.TakeAsync(Notification.ReadMessage(message), Never);
        Assert.Equal("12", _shop[0].Metadata.Annotations![AlertAnnotations.Truncated]);
        Assert.Contains("chronosops_alerts_truncated_total 12", _shop.Metrics, StringComparison.Ordinal);
    }

    /// <summary>The incident is there already; what it is told later counts.</summary>
    [Fact]
    public async Task WhatWasLeftOutLaterIsSaidWithTheAlertsThatCame()
    {
        await TakeAsync(Notification.Alert());
        var message = Notification.Of(Notification.Alert("Slow", "00000000000000aa"));
        message["truncatedAlerts"] = 7;
        using var intake = await _shop.ReplicaAsync(Never);
        await intake.TakeAsync(Notification.ReadMessage(message), Never);
        var readings = new AlertReadings(TimeSpan.FromHours(24)).Of(_shop[0], SampleWorkload.Now);
        Assert.Equal(["alert/HighErrorRate", "alert/Slow"], readings.Select(reading => reading.Signal));
        Assert.All(readings, reading => Assert.EndsWith(" (Alertmanager left 7 more of the group out)", reading.Message, StringComparison.Ordinal));
    }

    /// <summary>Damage to the labels, times and states of an alert never opens an incident for anything but the workload that is governed, and never two.</summary>
    [Fact]
    public async Task DamagedAlertsOpenNothingElsewhere()
    {
        using var intake = await _shop.ReplicaAsync(Never);
        string?[] words = [null, "", "shop", "bank", "checkout", "lonely", "../x", "firing", "resolved", "0001-01-01T00:00:00Z", "2024-01-01T11:59:00Z", new string('x', 3000)];
        var gen = from place in Gen.Choose(0, 6) from word in Gen.Elements(words) from other in Gen.Elements(words) select (place, word, other);
        Prop.ForAll(gen.ToArbitrary(), damage => TakeDamaged(intake, damage.place, damage.word, damage.other)).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(300));
        Assert.Equal("checkout", (string)Assert.Single(_shop.Incidents)["spec"]!["workloadRef"]!["name"]!);
    }

    private static void TakeDamaged(AlertIntake intake, int place, string? word, string? other)
    {
        var alert = Notification.Alert();
        switch (place)
        {
            case < 4:
                alert[new[] { "status", "startsAt", "endsAt", "fingerprint" }[place]] = word;
                break;
            default:
                alert["labels"]!.AsObject()[place switch { 4 => "namespace", 5 => "deployment", _ => other ?? "pod" }] = word;
                break;
        }

        try
        {
            Assert.True(intake.TakeAsync(Notification.Read(alert), Never).GetAwaiter().GetResult());
        }
        catch (BadMessageException)
        {
            // Refused: that opens nothing either.
        }
    }

    /// <summary>Each by a replica that was started just before.</summary>
    private async Task<bool> TakeAsync(params JsonNode[] alerts)
    {
        using var intake = await _shop.ReplicaAsync(Never);
        return await intake.TakeAsync(Notification.Read(alerts), Never);
    }

    private void AssertOutcomes(params (string Outcome, int Count)[] expected)
    {
        var lines = _shop.Metrics.Split('\n').Where(line => line.StartsWith("chronosops_alerts_total{", StringComparison.Ordinal));
        Assert.Equal(expected.Select(one => $"chronosops_alerts_total{{outcome=\"{one.Outcome}\"}} {one.Count}").Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }
}
