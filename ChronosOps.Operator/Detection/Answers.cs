using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>What a source answered to the queries of one round, and which of them it did not. Pure.</summary>
internal sealed class Answers
{
    /// <summary>The traffic of each workload that was asked for, in their order; none where it could not be read. The series that it was made of are let go.</summary>
    public required IReadOnlyList<WorkloadTraffic> Traffic { get; init; }

    /// <summary>Why the requests of a namespace could not be counted.</summary>
    public required IReadOnlyDictionary<string, SeriesUnavailableException> Uncounted { get; init; }

    public required IReadOnlyDictionary<PresetQuery, (PodIndex Index, IReadOnlyDictionary<string, SeriesUnavailableException> Failures)> Presets { get; init; }

    /// <summary>Own queries, by namespace and text.</summary>
    public required IReadOnlyDictionary<(string Namespace, string Query), OwnAnswer> Own { get; init; }

    /// <summary>Why the source could not say of a namespace how old its samples are. It is asked that for every one.</summary>
    public required IReadOnlyDictionary<string, SeriesUnavailableException> Silent { get; init; }

    /// <summary>Why nothing may be concluded of a namespace although all was answered.</summary>
    public required IReadOnlyDictionary<string, SeriesUnavailableException> Late { get; init; }

    /// <summary>Why the requests of a policy's namespace are not known; null where they are.</summary>
    public SeriesUnavailableException? UncountedOf(EffectivePolicy policy) => Uncounted.GetValueOrDefault(policy.Namespace) ?? Late.GetValueOrDefault(policy.Namespace);

    /// <summary>Why a signal cannot be judged; null where it can.</summary>
    public SeriesUnavailableException? FailureOf(EffectiveSignal signal, EffectivePolicy policy) =>
        signal.CountsRequests ? UncountedOf(policy)
        : PresetQuery.Of(signal) is { } preset ? Presets[preset].Failures.GetValueOrDefault(policy.Namespace) ?? Late.GetValueOrDefault(policy.Namespace)
        : Own[(policy.Namespace, signal.Query!)].Failure ?? Late.GetValueOrDefault(policy.Namespace);

    /// <summary>Whether that a signal cannot be judged speaks against the source. What becomes of an own query does so only where the source does not answer what it is asked for everyone either.</summary>
    public bool IsOfTheSource(SeriesUnavailableException failure, EffectiveSignal signal, EffectivePolicy policy) =>
        !failure.IsOfTheQuery && (signal.Query is null || failure.Reason == SeriesReasons.Late || Silent.ContainsKey(policy.Namespace));

    /// <summary>The series of a query, which did not fail.</summary>
    public PodIndex SeriesOf(EffectiveSignal signal, EffectivePolicy policy) =>
        PresetQuery.Of(signal) is { } preset ? Presets[preset].Index : Own[(policy.Namespace, signal.Query!)].Index!;
}
