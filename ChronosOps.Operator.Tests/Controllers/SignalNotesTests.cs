using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Baselines;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class SignalNotesTests
{
    private static readonly ExpectedRange Usual = new(0.0000012, 2_500_000_000, 6.66, 10_080) { Score = 0.98765, Severity = Severity.Critical, Season = Season.Day };

    [Fact]
    public void WhatIsUsualIsWrittenDownAsItWasAtTheLastChange()
    {
        var status = new IncidentStatus();
        Update(status, SampleBundle.Reading("errors", SignalState.Firing) with { Expected = Usual, TimeLeft = TimeSpan.FromMinutes(90) });
        var record = Assert.Single(status.Signals);
        Assert.Equal(("1.2E-06", "2.5E+09", "6.7", "0.988"), (record.Usual?.Low, record.Usual?.High, record.Usual?.Sigma, record.Usual?.Score));
        Assert.Equal(("Critical", "Day", 10_080L, "1h30m"), (record.Usual?.Severity, record.Usual?.Season, record.Usual?.Samples, record.TimeLeft));

        Update(status, SampleBundle.Reading("errors", SignalState.Firing) with { Expected = Usual with { Sigma = 50 } });
        Assert.Equal(("6.7", "1h30m"), (record.Usual?.Sigma, record.TimeLeft));

        Update(status, SampleBundle.Reading("errors", SignalState.Healthy) with { Expected = Usual with { Sigma = 0.2, Severity = Severity.None } });
        Assert.Equal(("0.2", "None", null), (record.Usual?.Sigma, record.Usual?.Severity, record.TimeLeft));
    }

    [Fact]
    public void OfASignalWithoutBaselineAndTrendNothingIsSaid()
    {
        var status = new IncidentStatus();
        Update(status, SampleBundle.Reading("errors", SignalState.Firing));
        Assert.Equal((null, null), (status.Signals[0].Usual, status.Signals[0].TimeLeft));
    }

    private static void Update(IncidentStatus status, SignalReading signal) => SignalNotes.Update(
        status, new WorkloadReading { Time = SampleWorkload.Now, Workload = SampleWorkload.Settled(), Policy = SamplePolicy.Effective(), Signals = [signal], Traffic = WorkloadTraffic.None }, SampleWorkload.Now);
}
