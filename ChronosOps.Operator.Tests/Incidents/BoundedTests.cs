using System.Text.Json;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

public sealed class BoundedTests
{
    /// <summary>Characters of one to six bytes in JSON, and halves of a pair.</summary>
    private static readonly string[] Alphabets = ["a", "\"", "\\", "ü", "ж", "漢", "🔥", "\u0001", "<", "\ud83d"];

    [Fact]
    public void NoStatusTakesMoreThanItsLimitAndWhatGoesIsCounted() =>
        Prop.ForAll(Statuses.ToArbitrary(), status =>
        {
            var (before, dropped) = (Entries(status), Gone(status));
            Bounded.Fit(status);
            Assert.InRange(Size(status), 1, StatusLimits.Bytes);
            Assert.Equal(before - Entries(status), Gone(status) - dropped);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    [Fact]
    public void TheFullestStatusFitsAndKeepsItsActions()
    {
        var status = Status("\u0001", full: 1, sentence: StatusLimits.Sentence);
        Bounded.Fit(status);
        Assert.InRange(Size(status), 1, StatusLimits.Bytes);
        Assert.Equal(StatusLimits.Actions, status.Actions.Count);
        Assert.Equal(StatusLimits.Signals, status.Signals.Count);
        Assert.NotEmpty(status.Decisions);
        Assert.NotEmpty(status.Hypotheses);
    }

    [Fact]
    public void AStatusThatFitsIsLeftAlone()
    {
        var status = SampleIncident.Resolved().Status!;
        var before = JsonSerializer.Serialize(status, ChronosJson.Default.IncidentStatus);
        Bounded.Fit(status);
        Assert.Equal(before, JsonSerializer.Serialize(status, ChronosJson.Default.IncidentStatus));
    }

    [Fact]
    public void TheLeastTellingGoesFirst()
    {
        var status = Status("a", full: 0.5, sentence: StatusLimits.Sentence);
        Bounded.Fit(status);
        Assert.All(status.Decisions.SkipLast(1), decision => Assert.Empty(decision.Gates));
        Assert.NotEmpty(status.Decisions[^1].Gates);
        Assert.Equal(StatusLimits.Hypotheses / 2, status.Hypotheses.Count);
        Assert.Contains(status.Findings, finding => finding.Strength == "0.9");
    }

    [Fact]
    public void AFullListGivesUpItsSecondOldestSinceTheFirstTellsHowItBegan()
    {
        var status = new IncidentStatus();
        List<int> list = [];
        foreach (var entry in Enumerable.Range(1, 5))
        {
            Bounded.Add(status, list, 3, entry);
        }

        Assert.Equal([1, 4, 5], list);
        Assert.Equal(2, status.Dropped);
    }

    [Fact]
    public void AListOfOneKeepsTheNewest()
    {
        List<int> list = [];
        var status = new IncidentStatus();
        Bounded.Add(status, list, 1, 1);
        Bounded.Add(status, list, 1, 2);
        Assert.Equal([2], list);
    }

    [Fact]
    public void TakesTheFirstEntriesAndCountsTheRest()
    {
        var status = new IncidentStatus { Dropped = 7, Omitted = 1 };
        Assert.Equal([1, 2], Bounded.Take(status, [1, 2, 3, 4], 2));
        Assert.Equal(3, status.Omitted);
        Assert.Equal([1], Bounded.Take(status, [1], 2));
        Assert.Equal((7, 3), (status.Dropped, status.Omitted));
    }

    [Fact]
    public void ASentenceIsCutAtItsLimitAndSaysSo()
    {
        Assert.Equal(new string('a', 512), Bounded.Sentence(new string('a', 512)));
        Assert.Equal(new string('a', 511) + "…", Bounded.Sentence(new string('a', 513)));
    }

    [Fact]
    public void ACutDoesNotSplitACharacterOfTwoHalves()
    {
        var cut = Bounded.Sentence(new string('a', 510) + "🔥🔥");
        Assert.Equal(new string('a', 510) + "…", cut);
    }

    private static readonly Gen<IncidentStatus> Statuses =
        from alphabet in Gen.Elements(Alphabets)
        from full in Gen.Elements(0, 0.3, 0.7, 1)
        from sentence in Gen.Choose(0, StatusLimits.Sentence)
        from dropped in Gen.Elements<int?>(null, 5)
        select Status(alphabet, full, sentence, dropped);

    /// <summary>A status with every list filled to a share of its limit, and every text as long as a sentence may be.</summary>
    private static IncidentStatus Status(string alphabet, double full, int sentence, int? dropped = null)
    {
        var text = Bounded.Sentence(string.Concat(Enumerable.Repeat(alphabet, sentence)));
        return new IncidentStatus
        {
            Phase = IncidentPhase.Verifying,
            Message = text,
            Dropped = dropped,
            Suspect = new RevisionRecord { Hash = "b", Images = text },
            KnownGood = new RevisionRecord { Hash = "a", Images = text },
            Conditions = List(7, k => new V1Condition { Type = $"Type{k}", Message = text }),
            Signals = List(StatusLimits.Signals, k => new SignalRecord { Name = $"s{k}", Message = text }),
            Findings = List(StatusLimits.Findings, k => new FindingRecord { Id = $"f{k}", Strength = $"0.{k % 10}", Message = text, Ref = text }),
            Gaps = List(StatusLimits.Gaps, _ => text),
            Hypotheses = List(StatusLimits.Hypotheses, k => new HypothesisRecord { Cause = "BadRelease", Subject = text, Reason = text, For = List(20, k => $"f{k}"), Against = List(20, k => $"f{k}") }),
            Decisions = List(StatusLimits.Decisions, _ => new DecisionRecord { Message = text, Gates = List(StatusLimits.GateVerdicts, k => new GateRecord { Gate = $"g{k}", Reason = text }) }),
            Actions = List(StatusLimits.Actions, k => new ActionRecord
            {
                Key = $"uid/{k}",
                Message = text,
                Before = List(StatusLimits.Measures, k => new MeasureRecord { Signal = $"signal-{k}", Value = "0.123456" }),
                Checks = List(20, _ => new CheckRecord { Result = "Unknown", Message = text }),
            }),
            Timeline = List(StatusLimits.Timeline, _ => new TimelineRecord { Phase = IncidentPhase.Acting, Message = text }),
        };

        List<T> List<T>(int limit, Func<int, T> entry) => [.. Enumerable.Range(0, (int)Math.Ceiling(limit * full)).Select(entry)];
    }

    private static int Size(IncidentStatus status) => JsonSerializer.SerializeToUtf8Bytes(status, ChronosJson.Default.IncidentStatus).Length;

    private static int Gone(IncidentStatus status) => (status.Dropped ?? 0) + (status.Omitted ?? 0);

    private static int Entries(IncidentStatus status) =>
        status.Findings.Count + status.Gaps.Count + status.Hypotheses.Count + status.Timeline.Count + status.Decisions.Sum(decision => 1 + decision.Gates.Count)
        + status.Actions.Sum(action => 1 + action.Checks.Count) + status.Signals.Count;
}
