using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>What policies of one source that are evaluated at the same steps need of it. It is the same at each evaluation, and worked out once. Pure.</summary>
/// <param name="policies">The policies.</param>
internal sealed class SeriesNeeds(IReadOnlyList<EffectivePolicy> policies)
{
    /// <summary>The namespaces whose requests are counted.</summary>
    public IReadOnlyList<string> Counted { get; } = Namespaces(policies, CountsRequests);

    /// <summary>The namespaces whose durations are.</summary>
    public IReadOnlyList<string> Timed { get; } = Namespaces(policies, policy => policy.Signals.Any(signal => signal.Kind == SignalKind.LatencyP95));

    /// <summary>The namespaces of which anything is read.</summary>
    public IReadOnlyList<string> Read { get; } = Namespaces(policies, policy => CountsRequests(policy) || policy.Signals.Count > 0);

    /// <summary>The queries of presets, each with the namespaces that need it.</summary>
    public IReadOnlyList<(PresetQuery Preset, SpannedQuery Query, IReadOnlyList<string> Namespaces)> Presets { get; } =
    [
        .. from preset in policies.SelectMany(policy => policy.Signals).Select(PresetQuery.Of).OfType<PresetQuery>().Distinct()
           select (preset, SpannedQuery.Of(preset), Namespaces(policies, policy => policy.Signals.Any(signal => PresetQuery.Of(signal) == preset))),
    ];

    /// <summary>The policies' own queries, each once.</summary>
    public IReadOnlyList<(string Namespace, string Query)> Own { get; } =
    [
        .. (from policy in policies
            from signal in policy.Signals
            where signal.Query is not null
            select (policy.Namespace, signal.Query)).Distinct(),
    ];

    /// <summary>Whether it is what these policies need.</summary>
    public bool IsOf(IReadOnlyList<EffectivePolicy> others)
    {
        var k = 0;
        while (k < others.Count && k < policies.Count && ReferenceEquals(others[k], policies[k]))
        {
            k++;
        }

        return k == others.Count && k == policies.Count;
    }

    private static List<string> Namespaces(IReadOnlyList<EffectivePolicy> policies, Func<EffectivePolicy, bool> needs) =>
        [.. policies.Where(needs).Select(policy => policy.Namespace).Distinct()];

    private static bool CountsRequests(EffectivePolicy policy) =>
        policy.KnownGoodRequests > 0 || policy.Ladder.Contains(RemediationAction.Scale) || policy.Signals.Any(signal => signal.CountsRequests);
}
