using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

public sealed class AlertReadingsTests
{
    private static readonly AlertReadings Readings = new(TimeSpan.FromHours(24));
    private static readonly AlertRecord Fires = new() { Name = "HighErrorRate", StartsAt = SampleWorkload.At(-60), SeenAt = SampleWorkload.Now, Severity = "critical", Summary = "31% fail" };

    [Fact]
    public void AnAlertThatFiresIsASignalThatFires()
    {
        var reading = Assert.Single(Of(Fires));
        Assert.Equal(("alert/HighErrorRate", SignalState.Firing, "critical: 31% fail", SampleWorkload.At(-60)), (reading.Signal, reading.State, reading.Message, reading.Since!.Value));
        Assert.Equal((true, false, false, null), (reading.IsAlert, reading.IsKubernetesSign, reading.IsSaturation, reading.Revision));
    }

    [Fact]
    public void AnAlertThatIsOverIsHealthy() => Assert.Equal(SignalState.Healthy, Assert.Single(Of(Fires with { EndsAt = SampleWorkload.At(-1) })).State);

    /// <summary>Alertmanager tells nobody of an alert that ends while it is silenced.</summary>
    [Fact]
    public void AnAlertOfWhichNothingWasHeardForLongIsUnknown() =>
        Assert.Equal((SignalState.Unknown, true), Assert.Single(Of(Fires with { SeenAt = SampleWorkload.At(-24 * 3600) })) is { } one ? (one.State, one.Message.Contains("24h", StringComparison.Ordinal)) : default);

    [Fact]
    public void AlertsOfOneNameAreOneSignal()
    {
        var reading = Assert.Single(Of(Fires, Fires with { StartsAt = SampleWorkload.At(-90), Summary = "first" }, Fires with { EndsAt = SampleWorkload.At(-1) }));
        Assert.Equal((SignalState.Firing, SampleWorkload.At(-90), "critical: first; and 1 more alerts of this name"), (reading.State, reading.Since!.Value, reading.Message));
    }

    [Fact]
    public void WhatAlertmanagerLeftOutIsSaid()
    {
        var incident = IncidentOf(Fires);
        incident.Metadata.Annotations![AlertAnnotations.Truncated] = "4";
        Assert.Contains("left 4 more", Assert.Single(Readings.Of(incident, SampleWorkload.Now)).Message, StringComparison.Ordinal);
    }

    /// <summary>The end of a rule comes minutes after the end of the trouble, so for a while it is no news of what was done.</summary>
    [Fact]
    public void AnAlertThatLingersAfterAnActionIsNoRecurrenceForAQuarterOfAnHour()
    {
        var reading = Assert.Single(Of(Fires));
        Assert.True(reading.IsBefore(SampleWorkload.At(-14 * 60)));
        Assert.False(reading.IsBefore(SampleWorkload.At(-16 * 60)));
    }

    [Fact]
    public void TheAlertsOfTheIncidentStandBesideThePolicysSignals()
    {
        var well = SampleContext.Well(SamplePolicy.Effective());
        var joined = Readings.Join(well, IncidentOf(Fires));
        Assert.Equal([.. well.Signals.Select(signal => signal.Signal), "alert/HighErrorRate"], joined.Signals.Select(signal => signal.Signal));
        Assert.True(joined.Firing.Any());
        Assert.Equal(SignalState.Healthy, Readings.Join(joined, IncidentOf(Fires with { EndsAt = SampleWorkload.Now })).Signals[^1].State);
        Assert.Equal(well.Signals, Readings.Join(joined, null).Signals);
        Assert.Same(well, Readings.Join(well, null));
    }

    private static IReadOnlyList<SignalReading> Of(params AlertRecord[] records) => Readings.Of(IncidentOf(records), SampleWorkload.Now);

    private static Incident IncidentOf(params AlertRecord[] records) => new()
    {
        Metadata = new() { Annotations = records.Select((record, i) => (Key: AlertAnnotations.KeyOf($"{i:x16}"), record)).ToDictionary(one => one.Key, one => AlertAnnotations.Write(one.record)) },
    };
}
