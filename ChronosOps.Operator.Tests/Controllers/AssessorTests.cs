using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class AssessorTests
{
    [Fact]
    public void WhatDoesNotFitIsCountedOnceHoweverOftenIsAssessed()
    {
        var findings = Enumerable.Range(1, StatusLimits.Findings + 2).Select(k => new Finding($"f{k}", EvidenceKind.Series, "series", null, 0.5, "errors", null)).ToList();
        var blamed = new Hypothesis { Cause = Cause.BadRelease, Subject = "release 2", For = [.. findings.Take(StatusLimits.Arguments + 1).Select(finding => new Argument(finding, 0.5))] };
        var diagnosis = new Diagnosis(findings, [blamed], null, [.. Enumerable.Repeat("events: refused", StatusLimits.Gaps + 3)]);
        var status = new IncidentStatus { Dropped = 5 };
        Assessor.Write(status, SampleBundle.BadRelease(), diagnosis);
        Assessor.Write(status, SampleBundle.BadRelease(), diagnosis);
        Assert.Equal((5, 2 + 1 + 3), (status.Dropped, status.Omitted));
        Assert.Equal((StatusLimits.Findings, StatusLimits.Gaps, StatusLimits.Arguments), (status.Findings.Count, status.Gaps.Count, status.Hypotheses[0].For.Count));
    }

    /// <summary>The workload is at what was returned to: that revision is not the suspect, and why it was returned to is not lost.</summary>
    [Fact]
    public void AfterAnActionInVainTheAssessmentThatWasActedOnIsKept()
    {
        var status = new IncidentStatus();
        var bundle = SampleBundle.BadRelease();
        Assessor.Write(status, bundle, Analysers.Diagnose(bundle));
        var vain = new ActionRecord { State = ActionState.Failed, FromRevision = SampleWorkload.New, ToRevision = SampleWorkload.Old };
        var after = bundle with { Workload = SampleWorkload.RolledBack() };
        Assessor.Write(status, after, new Diagnosis([], [], null, []), vain);
        Assert.Equal(("BadRelease", SampleWorkload.New), (status.Cause, status.Suspect?.Hash));

        var overload = SampleBundle.PodFault() with { Workload = SampleWorkload.RolledBack() };
        Assessor.Write(status, overload, Analysers.Diagnose(overload) with { Accepted = new Hypothesis { Cause = Cause.Overload, Subject = "load of checkout", Confidence = 0.9 } }, vain);
        Assert.Equal(("Overload", SampleWorkload.New), (status.Cause, status.Suspect?.Hash));

        Assessor.Write(status, after with { Workload = SampleWorkload.Rolling() }, new Diagnosis([], [], null, []), new ActionRecord { State = ActionState.Failed, FromRevision = SampleWorkload.New, ToRevision = "another" });
        Assert.Equal("Unknown", status.Cause);
    }

    [Fact]
    public void AnAssessmentThatFitsOmitsNothing()
    {
        var status = new IncidentStatus { Dropped = 5, Omitted = 9 };
        var bundle = SampleBundle.BadRelease();
        Assessor.Write(status, bundle, Analysers.Diagnose(bundle));
        Assert.Equal((5, null), (status.Dropped, status.Omitted));
    }
}
