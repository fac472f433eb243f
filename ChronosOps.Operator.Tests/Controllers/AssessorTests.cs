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

    [Fact]
    public void AnAssessmentThatFitsOmitsNothing()
    {
        var status = new IncidentStatus { Dropped = 5, Omitted = 9 };
        var bundle = SampleBundle.BadRelease();
        Assessor.Write(status, bundle, Analysers.Diagnose(bundle));
        Assert.Equal((5, null), (status.Dropped, status.Omitted));
    }
}
