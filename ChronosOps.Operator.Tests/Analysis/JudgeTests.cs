using ChronosOps.Operator.Analysis;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

public sealed class JudgeTests
{
    [Fact]
    public void WhereTheEvidenceContradictsItselfNothingIsAccepted()
    {
        var diagnosis = Decide(new("a release", 0.8, true), new("a setting", 0.75, true));
        Assert.Null(diagnosis.Accepted);
        Assert.All(diagnosis.Hypotheses, hypothesis => Assert.Equal("another cause is about as likely: the evidence contradicts itself", hypothesis.Rejection));
    }

    /// <summary>Whichever of them it is, the cause is the same, and so is what helps.</summary>
    [Fact]
    public void TwoSubjectsOfOneCauseDoNotContradictEachOther() => Assert.Equal("a release", Decide(new("a release", 0.8, true), new("another release", 0.75, true)).Accepted?.Subject);

    [Fact]
    public void AClearMarginIsEnough() => Assert.Equal("a release", Decide(new("a release", 0.8, true), new("a setting", 0.6, true)).Accepted?.Subject);

    [Fact]
    public void ARivalThatExplainsNothingDoesNotContradict() => Assert.Equal("a release", Decide(new("a release", 0.55, true), new("a setting", 0.45, true)).Accepted?.Subject);

    [Fact]
    public void WeakEvidenceIsNotAccepted() => Assert.Equal("the evidence is too weak", Decide(new Claim("a release", 0.4, true)).Hypotheses[0].Rejection);

    [Fact]
    public void WithoutEvidenceNothingSpeaksForACause()
    {
        var @case = new Case();
        @case.Consider(Cause.BadRelease, "a release");
        var hypothesis = Assert.Single(Judge.Decide(@case, []).Hypotheses);
        Assert.Equal((0, "nothing speaks for it"), (hypothesis.Confidence, hypothesis.Rejection));
    }

    [Fact]
    public void AnEmptyCaseHasNoCause() => Assert.Null(Judge.Decide(new Case(), []).Accepted);

    [Fact]
    public void FindingsOfOneKindCountLessThanFindingsOfTwo()
    {
        var one = Decide(new("a release", 0.6, true, EvidenceKind.Series), new("a release", 0.6, true, EvidenceKind.Series)).Hypotheses[0].Confidence;
        var two = Decide(new("a release", 0.6, true, EvidenceKind.Series), new("a release", 0.6, true, EvidenceKind.Change)).Hypotheses[0].Confidence;
        Assert.InRange(one, 0.6, 0.7);
        Assert.Equal(0.84, two, 6);
    }

    [Fact]
    public void ARejectionNamesTheStrongestArgumentAgainst() =>
        Assert.Equal("against 0.9", Decide(new("a release", 0.9, true), new("a release", 0.6, false), new("a release", 0.9, false)).Hypotheses[0].Rejection);

    [Fact]
    public void ConfidenceIsNeverBelowNothingNorCertain() => ForAnyCase((diagnosis, _, _) =>
        Assert.All(diagnosis.Hypotheses, hypothesis => Assert.InRange(hypothesis.Confidence, 0, 0.99)));

    [Fact]
    public void TheMostLikelyComesFirstAndOnlyItMayBeAccepted() => ForAnyCase((diagnosis, _, _) =>
    {
        Assert.Equal(diagnosis.Hypotheses.OrderByDescending(hypothesis => hypothesis.Confidence), diagnosis.Hypotheses);
        Assert.True(diagnosis.Accepted is null || ReferenceEquals(diagnosis.Accepted, diagnosis.Hypotheses[0]));
        Assert.True(diagnosis.Accepted is null || diagnosis.Accepted.Confidence >= Judge.LeastConfidence);
    });

    [Fact]
    public void WhateverIsNotAcceptedIsRejectedWithAReason() => ForAnyCase((diagnosis, _, _) =>
        Assert.All(diagnosis.Hypotheses, hypothesis => Assert.Equal(ReferenceEquals(hypothesis, diagnosis.Accepted), hypothesis.Rejection is null)));

    [Fact]
    public void MoreEvidenceForACauseNeverLowersItsConfidence() => ForAnyCase((diagnosis, claims, gaps) =>
        Assert.True(Of(Weigh(gaps, [.. claims, new("a release", 0.5, true)])) >= Of(diagnosis) - 1e-9));

    [Fact]
    public void MoreEvidenceAgainstACauseNeverRaisesItsConfidence() => ForAnyCase((diagnosis, claims, gaps) =>
        Assert.True(Of(Weigh(gaps, [.. claims, new("a release", 0.5, false)])) <= Of(diagnosis) + 1e-9));

    [Fact]
    public void MoreGapsNeverRaiseConfidence() => ForAnyCase((diagnosis, claims, gaps) => Assert.True(Of(Weigh(gaps + 1, claims)) <= Of(diagnosis)));

    private static double Of(Diagnosis diagnosis) => diagnosis.Hypotheses.FirstOrDefault(hypothesis => hypothesis.Subject == "a release")?.Confidence ?? 0;

    private static void ForAnyCase(Action<Diagnosis, Claim[], int> check)
    {
        var claim = from subject in Gen.Elements("a release", "a setting", "a neighbour")
                    from weight in Gen.Choose(0, 100)
                    from speaksFor in Gen.Elements(true, true, false)
                    from kind in Gen.Elements(Enum.GetValues<EvidenceKind>())
                    select new Claim(subject, weight / 100.0, speaksFor, kind);
        var cases = from claims in claim.ArrayOf()
                    from gaps in Gen.Choose(0, 8)
                    select (claims, gaps);
        Prop.ForAll(cases.ToArbitrary(), one => check(Weigh(one.gaps, one.claims), one.claims, one.gaps)).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(20));
    }

    private static Diagnosis Decide(params Claim[] claims) => Weigh(0, claims);

    private static Diagnosis Weigh(int gaps, Claim[] claims)
    {
        var @case = new Case();
        foreach (var claim in claims)
        {
            var finding = @case.Find(claim.Kind, "test", null, claim.Weight, $"{(claim.For ? "for" : "against")} {claim.Weight}", null);
            Action<Cause, string, Finding, double?> argue = claim.For ? @case.For : @case.Against;
            argue(CauseOf(claim.Subject), claim.Subject, finding, null);
        }

        return Judge.Decide(@case, [.. Enumerable.Repeat("a gap", gaps)]);
    }

    private static Cause CauseOf(string subject) => subject switch
    {
        "a setting" => Cause.BadConfiguration,
        "a neighbour" => Cause.NeighbourRelease,
        _ => Cause.BadRelease,
    };

    private sealed record Claim(string Subject, double Weight, bool For, EvidenceKind Kind = EvidenceKind.Change);
}
