using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.PromQl;

namespace ChronosOps.Operator.Api;

/// <summary>Checks a policy and parses its fields. The same rules as the CRD's schema, and those that no schema can express; an old server lets some through.</summary>
public sealed class PolicyCompiler
{
    private const int LongestQuery = 2048;
    private const string Null = "must not be null";

    /// <summary>Seconds. Less holds too few scrapes to tell a pace, and more is a question of days, for which points of seconds are too many.</summary>
    private const double ShortestHorizon = 180;
    private const double LongestHorizon = 6 * 3600;
    private readonly List<FieldError> _errors = [];

    /// <summary>The policy, or null and what is wrong with each field.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="rules">What it may say of Prometheus; nothing where it is left out.</param>
    public static (EffectivePolicy? Policy, IReadOnlyList<FieldError> Errors) Compile(RemediationPolicy policy, OriginRules? rules = null)
    {
        if (policy.Spec.Unreadable is { } unreadable)
        {
            return (null, [unreadable.Error]);
        }

        var compiler = new PolicyCompiler();
        var (origin, wrong) = OriginCompiler.Read(policy.Spec.Prometheus, policy.Metadata.NamespaceProperty ?? "", rules ?? OriginRules.None);
        compiler._errors.AddRange(wrong);
        var effective = compiler.Read(policy) with { Origin = origin };
        return (compiler._errors.Count == 0 ? effective : null, compiler._errors);
    }

    private EffectivePolicy Read(RemediationPolicy policy)
    {
        var spec = policy.Spec;
        CheckWorkloads(spec.Workloads);
        _errors.AddRange(AlertClaim.Check(spec.Alerts, spec.Workloads?.Name is not null));
        var remediation = Given("spec.remediation", spec.Remediation);
        var knownGood = Given("spec.knownGood", spec.KnownGood);
        var verification = Given("spec.verification", spec.Verification);
        return new EffectivePolicy
        {
            Namespace = policy.Metadata.NamespaceProperty ?? "",
            Name = policy.Metadata.Name ?? "",
            Uid = policy.Metadata.Uid ?? "",
            Generation = policy.Metadata.Generation ?? 0,
            CreatedAt = policy.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            Mode = spec.Mode,
            WorkloadKind = spec.Workloads?.Kind ?? WorkloadKind.Deployment,
            WorkloadName = spec.Workloads?.Name,
            Selector = spec.Workloads?.Selector,
            Signals = Signals(Given("spec.signals", spec.Signals), policy.Metadata.NamespaceProperty ?? ""),
            Alerts = [.. (spec.Alerts ?? []).Select(claim => claim?.MatchLabels).OfType<Dictionary<string, string>>()],
            RolloutDeadline = spec.RolloutDeadline is { } deadline ? Duration("spec.rolloutDeadline", deadline, DurationBounds.ShortestRollout, DurationBounds.LongestRollout) : null,
            Ladder = Ladder(Given("spec.remediation.ladder", remediation.Ladder)),
            MinimumConfidence = UnitInterval("spec.remediation.minimumConfidence", remediation.MinimumConfidence),
            MaxActionsPerHour = Range("spec.remediation.maxActionsPerHour", remediation.MaxActionsPerHour, 0, 60),
            MaxReplicas = MaxReplicas(remediation),
            KnownGoodDuration = Duration("spec.knownGood.minimumDuration", knownGood.MinimumDuration, DurationBounds.Zero, DurationBounds.LongestProbation),
            KnownGoodRequests = Range("spec.knownGood.minimumRequests", knownGood.MinimumRequests, 0, 1_000_000_000L),
            KeepsConfigMaps = knownGood.KeepConfigMaps,
            ConsecutiveChecks = Range("spec.verification.consecutiveChecks", verification.ConsecutiveChecks, 1, 20),
            VerificationTimeout = Duration("spec.verification.timeout", verification.Timeout, DurationBounds.ShortestVerification, DurationBounds.LongestVerification),
            RecurrenceWatch = Duration("spec.verification.recurrenceWatch", verification.RecurrenceWatch, DurationBounds.Zero, DurationBounds.LongestWatch),
        };
    }

    private void CheckWorkloads(WorkloadSelector? workloads)
    {
        if (workloads is null)
        {
            Error("spec.workloads", Null);
            return;
        }

        if (workloads.Name is null && workloads.Selector is null)
        {
            Error("spec.workloads", "give name, selector or both");
        }

        if (workloads.Name is { } name)
        {
            Accept(ObjectNames.CheckObject("spec.workloads.name", name));
        }

        CheckSelector(workloads.Selector);
    }

    /// <summary>Whether a selector of labels says what it selects. None at all is valid.</summary>
    internal static bool IsValid(V1LabelSelector? selector)
    {
        var compiler = new PolicyCompiler();
        compiler.CheckSelector(selector);
        return compiler._errors.Count == 0;
    }

    private void CheckSelector(V1LabelSelector? selector)
    {
        foreach (var (key, _) in (selector?.MatchLabels ?? []).Where(label => label.Value is null))
        {
            Error($"spec.workloads.selector.matchLabels[{key}]", Null);
        }

        foreach (var (requirement, index) in (selector?.MatchExpressions ?? []).Select((r, i) => (r, i)))
        {
            CheckRequirement($"spec.workloads.selector.matchExpressions[{index}]", requirement);
        }
    }

    private void CheckRequirement(string field, V1LabelSelectorRequirement? requirement)
    {
        if (requirement is null)
        {
            Error(field, Null);
            return;
        }

        var hasValues = requirement.Values is { Count: > 0 };
        switch (requirement.Operator)
        {
            case "In" or "NotIn" when !hasValues:
                Error($"{field}.values", $"operator {requirement.Operator} needs at least one value");
                break;
            case "In" or "NotIn" when requirement.Values!.Contains(null!):
                Error($"{field}.values[{requirement.Values.IndexOf(null!)}]", Null);
                break;
            case "Exists" or "DoesNotExist" when hasValues:
                Error($"{field}.values", $"operator {requirement.Operator} takes no values");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                Error($"{field}.operator", $"'{requirement.Operator}' is not one of In, NotIn, Exists, DoesNotExist");
                break;
        }

        if (string.IsNullOrEmpty(requirement.Key))
        {
            Error($"{field}.key", "must not be empty");
        }
    }

    private List<EffectiveSignal> Signals(List<SignalSpec> specs, string @namespace)
    {
        if (specs.Count > 16)
        {
            Error("spec.signals", $"has {specs.Count} entries; at most 16 are allowed");
        }

        var names = new HashSet<string>();
        return [.. specs.Select((given, index) =>
        {
            if (given is not { } spec)
            {
                Error($"spec.signals[{index}]", Null);
                return null;
            }

            if (Accept(ObjectNames.CheckLabel($"spec.signals[{index}].name", spec.Name)) && !names.Add(spec.Name))
            {
                Error($"spec.signals[{index}].name", $"'{spec.Name}' is used twice");
            }

            return Signal(spec, $"spec.signals[{index}]", @namespace);
        }).OfType<EffectiveSignal>()];
    }

    private EffectiveSignal Signal(SignalSpec spec, string field, string @namespace)
    {
        if (spec.Preset is null == string.IsNullOrEmpty(spec.Query))
        {
            Error(field, "give exactly one of preset and query");
        }

        if (spec.Query?.Length > LongestQuery)
        {
            Error($"{field}.query", $"has {spec.Query.Length} characters; at most {LongestQuery} are allowed");
        }

        if (spec.Saturation is not null && string.IsNullOrEmpty(spec.Query))
        {
            Error($"{field}.saturation", "is for queries");
        }

        var (scoped, range) = ((string?)null, TimeSpan.Zero);
        if (!string.IsNullOrEmpty(spec.Query) && !PromQlScope.TryScope(spec.Query, @namespace, out scoped, out range, out var error))
        {
            Error($"{field}.query", error);
        }

        var kind = spec.Preset switch
        {
            SignalPreset.HttpErrorRatio => SignalKind.ErrorRatio,
            SignalPreset.HttpLatencyP95 => SignalKind.LatencyP95,
            SignalPreset.CpuSaturation => SignalKind.CpuSaturation,
            SignalPreset.CpuThrottling => SignalKind.CpuThrottling,
            SignalPreset.MemorySaturation => SignalKind.MemorySaturation,
            SignalPreset.MemoryGrowth => SignalKind.MemoryGrowth,
            SignalPreset.QueueLag => SignalKind.QueueLag,
            _ => SignalKind.Query,
        };
        CheckJudgements(spec, field, kind);
        var threshold = spec.Threshold is null && kind != SignalKind.MemoryGrowth && (spec.Baseline ?? (object?)spec.Trend) is not null
            ? double.PositiveInfinity
            : Threshold($"{field}.threshold", spec.Threshold, kind);
        return new EffectiveSignal
        {
            Name = spec.Name,
            Kind = kind,
            TellsSaturation = spec.Saturation == true,
            Query = scoped,
            Range = range,
            Threshold = threshold,
            Baseline = spec.Baseline is { } baseline ? new EffectiveBaseline(baseline.Sensitivity, baseline.Direction) : null,
            Trend = spec.Trend is { } trend ? Trend(trend, $"{field}.trend") : null,
            AllMustAgree = spec.Match == SignalMatch.All,
            Window = Duration($"{field}.window", spec.Window, DurationBounds.ShortestWindow, DurationBounds.LongestWindow),
            For = Duration($"{field}.for", spec.For, DurationBounds.Zero, DurationBounds.LongestWindow),
            MinimumRequestsPerSecond = Number($"{field}.minimumRequestsPerSecond", spec.MinimumRequestsPerSecond),
            CompareFactor = Number($"{field}.compareFactor", spec.CompareFactor),
            Grace = Duration($"{field}.grace", spec.Grace, DurationBounds.Zero, DurationBounds.LongestWindow),
        };
    }

    private void CheckJudgements(SignalSpec spec, string field, SignalKind kind)
    {
        if (spec.Trend is not null && kind is SignalKind.ErrorRatio or SignalKind.LatencyP95 or SignalKind.MemoryGrowth)
        {
            Error($"{field}.trend", $"is for what fills up, and {spec.Preset} does not");
        }

        if (spec.Baseline is not null && kind == SignalKind.MemoryGrowth)
        {
            Error($"{field}.baseline", "MemoryGrowth has none: a usual pace to the limit is a leak all the same");
        }

        if (spec.Match is not null && spec.Baseline is null && spec.Trend is null)
        {
            Error($"{field}.match", "is for a mix of threshold, baseline and trend");
        }
    }

    private EffectiveTrend Trend(TrendSpec spec, string field)
    {
        if (!Quantities.TryParseThreshold(spec.Limit, out var limit))
        {
            Error($"{field}.limit", $"'{spec.Limit}' is not a number, percentage or duration");
        }

        return new(limit, spec.Direction == TrendDirection.Falling, Duration($"{field}.horizon", spec.Horizon, DurationBounds.ShortestHorizon, DurationBounds.LongestHorizon));
    }

    private bool Accept(FieldError? wrong)
    {
        if (wrong is not null)
        {
            _errors.Add(wrong);
        }

        return wrong is null;
    }

    private List<RemediationAction> Ladder(List<RemediationAction> ladder)
    {
        if (ladder.Distinct().Count() != ladder.Count)
        {
            Error("spec.remediation.ladder", "names an action twice");
        }

        return ladder;
    }

    private int? MaxReplicas(RemediationSpec remediation)
    {
        if (remediation.Scale is null && remediation.Ladder?.Contains(RemediationAction.Scale) == true)
        {
            Error("spec.remediation.scale.maxReplicas", "is needed where the ladder names Scale");
        }

        return remediation.Scale is { } scale ? Range("spec.remediation.scale.maxReplicas", scale.MaxReplicas, 1, 1000) : null;
    }

    private double Threshold(string field, string? text, SignalKind kind)
    {
        if (!Quantities.TryParseThreshold(text, out var value))
        {
            Error(field, text is null ? "is needed: a number, percentage or duration" : $"'{text}' is not a number, percentage or duration");
            return kind == SignalKind.MemoryGrowth ? 1 : value;
        }

        var isDuration = text![^1] is 's' or 'm' or 'h';
        var mustBe = kind switch
        {
            SignalKind.Query => null,
            SignalKind.LatencyP95 => isDuration && value > 0 ? null : "a duration above zero such as 500ms",
            SignalKind.MemoryGrowth => isDuration && value >= ShortestHorizon && value <= LongestHorizon ? null : "a duration from 3m to 6h such as 30m",
            SignalKind.QueueLag => !isDuration && text[^1] != '%' && value > 0 ? null : "a number of records above zero",
            _ => !isDuration && value is > 0 and <= 1 ? null : "a ratio above 0 and at most 1, or a percentage above 0% and at most 100%",
        };
        if (mustBe is not null)
        {
            Error(field, $"'{text}' must be {mustBe}");
        }

        // Higher is worse: the less time is left, the larger is its reciprocal.
        return kind == SignalKind.MemoryGrowth ? 1 / Math.Clamp(value, ShortestHorizon, LongestHorizon) : value;
    }

    private double UnitInterval(string field, string? text)
    {
        var value = Number(field, text);
        if (value > 1)
        {
            Error(field, $"'{text}' must be from 0 to 1");
        }

        return value;
    }

    private double Number(string field, string? text)
    {
        if (!Quantities.TryParseNumber(text, out var value))
        {
            Error(field, $"'{text}' is not a number of zero or more");
        }

        return value;
    }

    private TimeSpan Duration(string field, string? text, string min, string max)
    {
        if (!Quantities.TryParseDuration(text, out var value))
        {
            Error(field, $"'{text}' is not a duration such as 30s or 1m30s");
        }
        else if (value < Bound(min) || value > Bound(max))
        {
            Error(field, $"'{text}' must be from {min} to {max}");
        }

        return value;
    }

    private static TimeSpan Bound(string text) => Quantities.TryParseDuration(text, out var value) ? value : throw new FormatException($"'{text}' is no duration");

    /// <summary>What stands in a field, or its default where null does, which is an error.</summary>
    private T Given<T>(string field, T? value)
        where T : class, new()
    {
        if (value is null)
        {
            Error(field, Null);
        }

        return value ?? new T();
    }

    private T Range<T>(string field, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            Error(field, $"{value} must be from {min} to {max}");
        }

        return value;
    }

    private void Error(string field, string message) => _errors.Add(new FieldError(field, message));
}
