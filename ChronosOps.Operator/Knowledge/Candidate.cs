using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Knowledge;

/// <summary>
/// A revision on its way to known good. Time and requests count only while the policy's signals are measured of it: that nothing fires is no proof where nothing is measured. A signal that was
/// never measured of the workload is not waited for. Not to be used by two threads at a time.
/// </summary>
/// <param name="revision">The revision.</param>
/// <param name="since">From when on it counts.</param>
internal sealed class Candidate(string revision, DateTimeOffset since)
{
    private readonly Dictionary<string, TrafficStep> _sums = [];
    private readonly HashSet<string> _measured = [];
    private DateTimeOffset _looked = since;
    private DateTimeOffset? _countedUntil;
    private TimeSpan _served;
    private double _requests;
    private bool _counts;

    public string Revision => revision;

    /// <summary>The signals that were measured of it.</summary>
    public IReadOnlySet<string> Measured => _measured;

    /// <summary>Takes an evaluation into account in which it serves without trouble.</summary>
    /// <param name="reading">The evaluation.</param>
    /// <param name="wanted">The signals that were measured of the workload before.</param>
    public void Look(WorkloadReading reading, IReadOnlySet<string> wanted)
    {
        // What comes late is counted when it comes.
        var seen = reading.Traffic.Of(revision);
        var from = _countedUntil ??= seen.Count > 0 ? seen[^1].To : reading.Time;
        var steps = seen.Where(step => step.From >= from).ToList();
        var fresh = steps.Count > 0 ? TrafficStep.Sum(steps) : null;
        _countedUntil = fresh?.To ?? from;

        var counts = true;
        var signals = reading.Policy.KnownGoodRequests > 0 ? reading.Policy.Signals : [];
        foreach (var signal in reading.Policy.Signals)
        {
            var said = reading.Of(signal.Name);
            var (together, isMeasured) = (IsJudgedTogether(signal), IsMeasured(signal, said, fresh));
            if (isMeasured)
            {
                _measured.Add(signal.Name);
            }

            if (signals.Count > 0 && (isMeasured || wanted.Contains(signal.Name) || _measured.Contains(signal.Name)))
            {
                // What is beyond its limit in the grace of a rollout is no trouble, and no proof.
                counts &= said?.Since is null && (isMeasured || (together && fresh?.Requests == 0));
            }
        }

        if (counts)
        {
            // Where requests are judged their steps are the clock, since several may come at once.
            _served += seen.Count > 0 && signals.Any(IsJudgedTogether) ? TimeSpan.FromTicks(steps.Sum(step => (step.To - step.From).Ticks)) : reading.Time - _looked;
            Add(signals, fresh);
        }

        (_counts, _looked) = (counts, reading.Time);
    }

    /// <summary>Whether it has served for long and often enough, and all that it served is within the limits: with thin traffic no evaluation by itself tells.</summary>
    public bool IsProven(EffectivePolicy policy) =>
        _counts && _served >= policy.KnownGoodDuration && _requests >= policy.KnownGoodRequests
        && policy.Signals.All(signal => !_sums.TryGetValue(signal.Name, out var sum) || !(TrafficJudge.Value(signal, sum) >= signal.Threshold));

    private void Add(IReadOnlyList<EffectiveSignal> signals, TrafficStep? fresh)
    {
        if (fresh is null)
        {
            return;
        }

        _requests += fresh.Requests;
        foreach (var signal in signals.Where(signal => IsJudgedTogether(signal) && TrafficJudge.Value(signal, fresh) is not null))
        {
            _sums[signal.Name] = _sums.TryGetValue(signal.Name, out var sum) ? TrafficStep.Sum([sum, fresh]) : fresh;
        }
    }

    /// <summary>Whether the signal was measured of this revision.</summary>
    private bool IsMeasured(EffectiveSignal signal, SignalReading? said, TrafficStep? fresh) => IsJudgedTogether(signal)
        ? fresh is not null && TrafficJudge.Value(signal, fresh) is not null
        : said is { State: not SignalState.Unknown } && (said.Revision is null || said.Revision == revision);

    /// <summary>Whether all requests that it served are held against the limit together.</summary>
    private static bool IsJudgedTogether(EffectiveSignal signal) => signal is { CountsRequests: true, HasThreshold: true, AllMustAgree: false };
}
