using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

public sealed class AlertLedgerTests
{
    private static readonly AlertRecord Fires = new() { Name = "HighErrorRate", StartsAt = SampleWorkload.At(-60), SeenAt = SampleWorkload.Now, Severity = "critical", Summary = "31% of requests fail" };
    private static readonly AlertRecord Over = Fires with { EndsAt = SampleWorkload.At(-10) };

    [Fact]
    public void ANewAlertIsNoted() => Assert.Equal(Fires, Next(null, Notification.Alert()));

    [Fact]
    public void TheEndOfAnAlertThatNobodyKnewIsNoNews() => Assert.Null(Next(null, Notification.Alert(endedAt: -1)));

    [Fact]
    public void TheSameAgainIsNoNews()
    {
        Assert.Null(Next(Fires, Notification.Alert()));
        Assert.Null(Next(Over, Notification.Alert(endedAt: -10)));
    }

    [Fact]
    public void ThatItStillFiresIsNotedNowAndThen() => Assert.Equal(Fires with { SeenAt = SampleWorkload.At(60) }, Next(Fires, Notification.Alert(), 60));

    [Fact]
    public void ItsEndIsNoted() => Assert.Equal(Over, Next(Fires, Notification.Alert(endedAt: -10)));

    [Fact]
    public void AnEndInTheFutureIsNow() => Assert.Equal(SampleWorkload.Now, Next(Fires, Notification.Alert(endedAt: 3600))!.EndsAt);

    [Fact]
    public void AStartInTheFutureIsNow() => Assert.Equal(SampleWorkload.Now, Next(null, Notification.Alert(startedAt: 3600))!.StartsAt);

    [Fact]
    public void TheEndOfAnEarlierTimeIsNoEndOfThis() => Assert.Null(Next(Fires with { StartsAt = SampleWorkload.At(-30) }, Notification.Alert(startedAt: -90, endedAt: -40)));

    [Fact]
    public void AnotherPrometheusSawItBeginEarlier() => Assert.Equal(SampleWorkload.At(-75), Next(Fires, Notification.Alert(startedAt: -75))!.StartsAt);

    [Fact]
    public void AnotherPrometheusSawItBeginLaterWhichIsNoNews() => Assert.Null(Next(Fires, Notification.Alert(startedAt: -45)));

    [Fact]
    public void ItCanFireAnew() => Assert.Equal((SampleWorkload.At(-5), null), Next(Over, Notification.Alert(startedAt: -5)) is { } next ? (next.StartsAt, next.EndsAt) : default);

    /// <summary>An Alertmanager of a pair that has not heard yet that it is over.</summary>
    [Theory]
    [InlineData(-75)]
    [InlineData(-60)]
    [InlineData(-45)]
    [InlineData(-10)]
    public void WhatBeganBeforeTheEndThatIsKnownDoesNotFireAnew(double startedAt) => Assert.Null(Next(Over, Notification.Alert(startedAt: startedAt)));

    /// <summary>Prometheus could not reach Alertmanager for a while, which took the alert for over. It fires with the beginning that it had.</summary>
    [Theory]
    [InlineData(119, false)]
    [InlineData(120, true)]
    public void WhatIsSentAgainMinutesAfterTheEndFires(double now, bool fires) =>
        Assert.Equal(fires ? Fires with { SeenAt = SampleWorkload.At(now) } : null, Next(Over, Notification.Alert(), now));

    [Theory]
    [InlineData(-60, true)]
    [InlineData(-75, true)]
    [InlineData(-45, true)]
    [InlineData(-10, true)]
    [InlineData(-9, false)]
    public void WhatIsSentAgainAfterTheEndIsKnown(double startedAt, bool known) => Assert.Equal(known, AlertLedger.IsKnown(Over, Notification.ReadOne(Notification.Alert(startedAt: startedAt))));

    [Fact]
    public void WhatNobodyKnewIsNotKnown() => Assert.False(AlertLedger.IsKnown(null, Notification.ReadOne(Notification.Alert())));

    [Fact]
    public void AnIncidentKeepsSoManyAlertsAndNoMore()
    {
        var incident = new Incident();
        for (var i = 0; i < 40; i++)
        {
            var change = AlertChange.Of(incident, [Notification.ReadOne(Notification.Alert(fingerprint: $"{i:x16}"))], 0, SampleWorkload.Now);
            Assert.Equal(i < AlertAnnotations.Most ? AlertOutcomes.Merged : AlertOutcomes.TooMany, Assert.Single(change.Outcomes).Outcome);
            Apply(incident, change);
        }

        Assert.Equal(AlertAnnotations.Most, AlertAnnotations.Read(incident).Count);
        Assert.True(incident.Metadata.Annotations!.Sum(one => one.Key.Length + one.Value.Length) < 32 * 1024);
    }

    [Fact]
    public void OneThatIsOverMakesRoom()
    {
        var incident = new Incident();
        Apply(incident, AlertChange.Of(incident, [.. Enumerable.Range(0, AlertAnnotations.Most).Select(i => Notification.ReadOne(Notification.Alert(fingerprint: $"{i:x16}")))], 0, SampleWorkload.Now));
        Apply(incident, AlertChange.Of(incident, [Notification.ReadOne(Notification.Alert(fingerprint: $"{5:x16}", endedAt: -1))], 0, SampleWorkload.Now));
        var change = AlertChange.Of(incident, [Notification.ReadOne(Notification.Alert())], 3, SampleWorkload.Now);
        Apply(incident, change);
        var known = AlertAnnotations.Read(incident);
        Assert.Equal((AlertAnnotations.Most, true, false), (known.Count, known.ContainsKey(Notification.Fingerprint), known.ContainsKey($"{5:x16}")));
        Assert.Equal("3", incident.Metadata.Annotations![AlertAnnotations.Truncated]);
    }

    /// <summary>Alertmanager puts those that fire first.</summary>
    [Fact]
    public void OneThatIsOverMakesRoomForWhatStandsBeforeItInTheMessage()
    {
        var incident = new Incident();
        Apply(incident, AlertChange.Of(incident, [.. Enumerable.Range(0, AlertAnnotations.Most).Select(i => Notification.ReadOne(Notification.Alert(fingerprint: $"{i:x16}")))], 0, SampleWorkload.Now));
        var change = AlertChange.Of(incident, Notification.Read(Notification.Alert(), Notification.Alert(fingerprint: $"{5:x16}", endedAt: -1)).Alerts, 0, SampleWorkload.Now);
        Assert.Equal([AlertOutcomes.Merged, AlertOutcomes.Resolved], change.Outcomes.Select(one => one.Outcome).Order(StringComparer.Ordinal));
        Apply(incident, change);
        var known = AlertAnnotations.Read(incident);
        Assert.Equal((AlertAnnotations.Most, true, false), (known.Count, known.ContainsKey(Notification.Fingerprint), known.ContainsKey($"{5:x16}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":1,"startsAt":"2024-01-01T00:00:00Z","seenAt":"2024-01-01T00:00:00Z"}""")]
    public void WhatSomebodyElseWroteIsNotKnownAndNotTakenForAnEnd(string text)
    {
        var incident = new Incident { Metadata = new() { Annotations = new() { [AlertAnnotations.KeyOf("aaaaaaaa")] = text, ["alerts.example.com/x"] = "y" } } };
        Assert.Equal([("aaaaaaaa", null)], AlertAnnotations.Read(incident).Select(one => (one.Key, one.Value)));
        Assert.Equal(SignalState.Unknown, Assert.Single(new AlertReadings(TimeSpan.FromHours(1)).Of(incident, SampleWorkload.Now)).State);
    }

    private static AlertRecord? Next(AlertRecord? known, System.Text.Json.Nodes.JsonNode alert, double now = 0) => AlertLedger.Next(known, Notification.ReadOne(alert), SampleWorkload.At(now));

    private static void Apply(Incident incident, AlertChange change)
    {
        incident.Metadata.Annotations ??= [];
        foreach (var (key, value) in change.Annotations)
        {
            incident.Metadata.Annotations.Remove(key);
            if (value is not null)
            {
                incident.Metadata.Annotations[key] = value;
            }
        }
    }
}
