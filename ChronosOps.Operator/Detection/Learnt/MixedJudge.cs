using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>Puts the limit, the baseline and the trend of a signal together. Pure.</summary>
public static class MixedJudge
{
    /// <summary>A sample that is older than this many steps says nothing of now.</summary>
    private const int StaleAfterSteps = 5;

    /// <summary>A step that holds both, two usual ones, and one that is on its way.</summary>
    private const int SettlingSteps = 4;

    /// <summary>The reading of the limit, with what was learnt.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="workload">The workload, for the grace after its rollout began.</param>
    /// <param name="byLimit">What the limit says; of a signal without one, what its query gives.</param>
    /// <param name="learnt">What was learnt; null where nothing was read yet.</param>
    /// <param name="step">The distance of the samples that were learnt.</param>
    /// <param name="now">The time.</param>
    public static SignalReading Judge(EffectiveSignal signal, WorkloadSnapshot workload, SignalReading byLimit, LearntReadings? learnt, TimeSpan step, DateTimeOffset now)
    {
        var words = new List<Word>();
        if (signal.HasThreshold)
        {
            words.Add(new(byLimit, false));
        }

        if (signal.Baseline is not null)
        {
            words.Add(Of(signal, workload, byLimit, learnt?.Baseline, learnt?.CatchesUp, step, now));
        }

        if (signal.Trend is not null)
        {
            words.Add(Of(signal, workload, byLimit, learnt?.Trend, learnt?.CatchesUp, step, now));
        }

        return (signal.AllMustAgree ? All([.. words.Select(word => word.Reading)]) : Any(words)) with
        {
            Expected = learnt?.Baseline?.Expected,
            TimeLeft = learnt?.Trend?.TimeLeft,
            Learning = words.Find(word => word.IsLearning)?.Reading.Message,
        };
    }

    /// <summary>The worst of them. What is still being learnt is no word; what cannot be measured any more is, since unknown is not healthy.</summary>
    private static SignalReading Any(List<Word> words)
    {
        var readings = words.ConvertAll(word => word.Reading);
        return readings.Find(one => one.State == SignalState.Firing)
            ?? readings.Find(one => one.State == SignalState.Pending)
            ?? words.Find(word => word is { Reading.State: SignalState.Unknown, IsLearning: false })?.Reading
            ?? readings.Find(one => one.State == SignalState.Healthy)
            ?? readings[0];
    }

    /// <summary>Fires only where each of them does, and speaks with all their words.</summary>
    private static SignalReading All(List<SignalReading> readings)
    {
        var calmest = readings.Find(one => one.State == SignalState.Healthy)
            ?? readings.Find(one => one.State == SignalState.Unknown)
            ?? readings.Find(one => one.State == SignalState.Pending)
            ?? readings[0];
        return calmest with
        {
            Since = calmest.State is SignalState.Firing or SignalState.Pending ? readings.Max(one => one.Since) : null,
            Message = calmest.State is SignalState.Firing or SignalState.Pending ? string.Join("; ", readings.Select(one => one.Message)) : calmest.Message,
        };
    }

    private static Word Of(EffectiveSignal signal, WorkloadSnapshot workload, SignalReading byLimit, LearntReading? learnt, DateTimeOffset? catchesUp, TimeSpan step, DateTimeOffset now)
    {
        if (learnt is null || learnt.State == LearntState.Learning || catchesUp is not null)
        {
            return new(byLimit with { State = SignalState.Unknown, Since = null, Revision = null, Message = $"not judged by what is usual yet: {StillMissing(learnt, catchesUp)}" }, true);
        }

        if (now - learnt.At > step * StaleAfterSteps)
        {
            return new(byLimit with { State = SignalState.Unknown, Since = null, Revision = null, Message = $"the series gives no recent value: the newest is {Quantities.Format(now - learnt.At)} old" }, false);
        }

        if (learnt is not { State: LearntState.Raised, Since: { } since })
        {
            return new(byLimit with { State = SignalState.Healthy, Since = null, Revision = null, Message = learnt.Message }, false);
        }

        // A rollout's own blip is none of its news; a release that goes on being unlike is told when the grace is over.
        var inGrace = since >= workload.RolloutStartedAt && now - workload.RolloutStartedAt < signal.Grace;
        var lasted = learnt.At - since;
        return new(byLimit with
        {
            State = lasted >= signal.For && !inGrace ? SignalState.Firing : SignalState.Pending,
            Since = since,
            Revision = null,
            SettlesIn = step * SettlingSteps,
            Message = $"{learnt.Message}, for {Quantities.Format(lasted)}{(inGrace ? $"; within the grace of {Quantities.Format(signal.Grace)} after the rollout began" : "")}",
        }, false);
    }

    private static string StillMissing(LearntReading? learnt, DateTimeOffset? catchesUp) => learnt is null ? "its history has not been read"
        : learnt.State == LearntState.Learning || catchesUp is not { } until ? learnt.Message
        : $"its history has been read up to {until.UtcDateTime:yyyy-MM-dd HH:mm'Z'}";

    /// <param name="Reading">What one judgement says.</param>
    /// <param name="IsLearning">Whether it says nothing yet.</param>
    private sealed record Word(SignalReading Reading, bool IsLearning);
}
