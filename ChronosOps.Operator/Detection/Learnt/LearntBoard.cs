using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>The latest words of all baselines and trends. In memory only: they are learnt again from the series' history.</summary>
/// <param name="step">The distance of the samples that are learnt.</param>
public sealed class LearntBoard(TimeSpan step)
{
    private readonly ConcurrentDictionary<(WorkloadKey Workload, string Signal), (EffectiveSignal Signal, LearntReadings Readings)> _readings = new();

    /// <summary>The distance of the samples that are learnt.</summary>
    public TimeSpan Step => step;

    /// <summary>What is known of a signal of a workload; null: nothing yet, or only of another query or judgement of that name.</summary>
    public LearntReadings? Find(WorkloadKey workload, EffectiveSignal signal) =>
        _readings.TryGetValue((workload, signal.Name), out var known) && known.Signal.LearnsAs(signal) ? known.Readings : null;

    /// <summary>Puts up the latest word.</summary>
    public void Publish(WorkloadKey workload, EffectiveSignal signal, LearntReadings readings) => _readings[(workload, signal.Name)] = (signal, readings);

    /// <summary>Takes down what was said of a signal.</summary>
    public void Forget(WorkloadKey workload, string signal) => _readings.TryRemove((workload, signal), out _);

    /// <summary>Takes down what is not watched any more.</summary>
    public void Keep(IReadOnlySet<(WorkloadKey Workload, string Signal)> watched)
    {
        foreach (var key in _readings.Keys.Where(key => !watched.Contains(key)))
        {
            _readings.TryRemove(key, out _);
        }
    }
}
