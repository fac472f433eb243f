using System.Collections.Concurrent;
using System.Collections.Frozen;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>What the last evaluation said of one workload.</summary>
public sealed record WorkloadReading
{
    public required DateTimeOffset Time { get; init; }
    public required WorkloadSnapshot Workload { get; init; }
    public required EffectivePolicy Policy { get; init; }
    public required IReadOnlyList<SignalReading> Signals { get; init; }
    public required WorkloadTraffic Traffic { get; init; }

    /// <summary>The signals that were measured of the workload while revisions proved themselves, now or earlier. What is not among them was never measured, or never of one that proved itself.</summary>
    public IReadOnlySet<string> Measured { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Why series that the policy's signals need could not be read, if they could not. Null where no signal needs any.</summary>
    public string? SeriesError { get; init; }

    /// <summary>The source itself failed, for whatever this policy asked. False where only a query of the policy's own was at fault.</summary>
    public bool SourceFailed { get; init; }

    /// <summary>Why the requests could not be counted, if they could not. Says nothing of the signals of a policy that has none.</summary>
    public string? RequestsError { get; init; }

    /// <summary>By how much the clock of the source was ahead of ours; null where that is not known.</summary>
    public TimeSpan? ClockAhead { get; init; }

    public IEnumerable<SignalReading> Firing => Signals.Where(signal => signal.State == SignalState.Firing);

    /// <summary>What is said of a signal; null where it was not judged.</summary>
    /// <param name="signal">The signal's name.</param>
    public SignalReading? Of(string signal) => Signals.FirstOrDefault(one => one.Signal == signal);

    /// <summary>Whether something that was measured is bad, or on its way to be.</summary>
    public bool IsBad => Signals.Any(signal => signal.State is SignalState.Firing or SignalState.Pending);
}

/// <summary>The latest reading of every watched workload. In memory only: an evaluation rests on what the series and the API server hold, so that a restart loses nothing.</summary>
public sealed class SignalBoard
{
    private readonly ConcurrentDictionary<WorkloadKey, WorkloadReading> _readings = new();

    /// <summary>The latest reading of each watched workload, in no order.</summary>
    public IReadOnlyList<WorkloadReading> All() => [.. _readings.Values];

    public WorkloadReading? Find(WorkloadKey key) => _readings.GetValueOrDefault(key);

    /// <summary>How many workloads that serve were evaluated, of one namespace or of all.</summary>
    public int Watched(string? @namespace) => _readings.Count(one => !one.Value.Workload.IsBatch && (@namespace is null || one.Key.Namespace == @namespace));

    public void Publish(IReadOnlyCollection<WorkloadReading> readings)
    {
        var current = readings.Select(reading => reading.Workload.Key).ToHashSet();
        foreach (var gone in _readings.Keys.Where(key => !current.Contains(key)))
        {
            _readings.TryRemove(gone, out _);
        }

        foreach (var reading in readings)
        {
            _readings[reading.Workload.Key] = reading;
        }
    }
}
