using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

public sealed class PolicyCompilerTests
{
    /// <summary>What is wrong, how it comes about, and the field that the error must name.</summary>
    private static readonly Dictionary<string, (Action<RemediationPolicySpec> Break, string Field)> Wrong = new()
    {
        ["no workloads"] = (s => s.Workloads = new(), "spec.workloads"),
        ["an empty workload name"] = (s => s.Workloads.Name = "", "spec.workloads.name"),
        ["a workload name with capitals"] = (s => s.Workloads.Name = "Checkout", "spec.workloads.name"),
        ["a workload name that is too long"] = (s => s.Workloads.Name = new string('a', 254), "spec.workloads.name"),
        ["In without values"] = (s => Select(s, "app", "In"), "spec.workloads.selector.matchExpressions[0].values"),
        ["NotIn without values"] = (s => Select(s, "app", "NotIn"), "spec.workloads.selector.matchExpressions[0].values"),
        ["Exists with values"] = (s => Select(s, "app", "Exists", "x"), "spec.workloads.selector.matchExpressions[0].values"),
        ["an unknown operator"] = (s => Select(s, "app", "Matches", "x"), "spec.workloads.selector.matchExpressions[0].operator"),
        ["an empty key"] = (s => Select(s, "", "Exists"), "spec.workloads.selector.matchExpressions[0].key"),
        ["too many signals"] = (s => s.Signals = [.. Enumerable.Range(0, 17).Select(k => new SignalSpec { Name = $"s{k}", Preset = SignalPreset.HttpErrorRatio, Threshold = "5%" })], "spec.signals"),
        ["a signal without a name"] = (s => s.Signals[0].Name = "", "spec.signals[0].name"),
        ["a name that is used twice"] = (s => s.Signals[1].Name = "errors", "spec.signals[1].name"),
        ["a name with a blank"] = (s => s.Signals[0].Name = "my errors", "spec.signals[0].name"),
        ["a name that is too long"] = (s => s.Signals[0].Name = new string('a', 64), "spec.signals[0].name"),
        ["preset and query at once"] = (s => s.Signals[0].Query = "up", "spec.signals[0]"),
        ["neither preset nor query"] = (s => s.Signals[0].Preset = null, "spec.signals[0]"),
        ["an empty query"] = (s => s.Signals[2].Query = "", "spec.signals[2]"),
        ["a query of another namespace"] = (s => s.Signals[2].Query = "up{namespace=\"bank\"}", "spec.signals[2].query"),
        ["a query that is none"] = (s => s.Signals[2].Query = "sum(", "spec.signals[2].query"),
        ["a query that is too long"] = (s => s.Signals[2].Query = $"up{{a=\"{new string('x', 2048)}\"}}", "spec.signals[2].query"),
        ["no threshold"] = (s => s.Signals[0].Threshold = "", "spec.signals[0].threshold"),
        ["a threshold that is no number"] = (s => s.Signals[2].Threshold = "many", "spec.signals[2].threshold"),
        ["a negative threshold"] = (s => s.Signals[2].Threshold = "-1", "spec.signals[2].threshold"),
        ["a threshold that is not a number at all"] = (s => s.Signals[2].Threshold = "NaN", "spec.signals[2].threshold"),
        ["a ratio above one"] = (s => s.Signals[0].Threshold = "150%", "spec.signals[0].threshold"),
        ["a ratio of zero"] = (s => s.Signals[0].Threshold = "0", "spec.signals[0].threshold"),
        ["a ratio that is a duration"] = (s => s.Signals[0].Threshold = "500ms", "spec.signals[0].threshold"),
        ["a duration that is a number"] = (s => s.Signals[1].Threshold = "0.5", "spec.signals[1].threshold"),
        ["a duration that is a percentage"] = (s => s.Signals[1].Threshold = "50%", "spec.signals[1].threshold"),
        ["a duration of zero"] = (s => s.Signals[1].Threshold = "0ms", "spec.signals[1].threshold"),
        ["a window that is no duration"] = (s => s.Signals[0].Window = "a while", "spec.signals[0].window"),
        ["a window that is too short"] = (s => s.Signals[0].Window = "4s", "spec.signals[0].window"),
        ["a window that is too long"] = (s => s.Signals[0].Window = "61m", "spec.signals[0].window"),
        ["a for that is too long"] = (s => s.Signals[0].For = "2h", "spec.signals[0].for"),
        ["a for in days"] = (s => s.Signals[0].For = "1d", "spec.signals[0].for"),
        ["a negative minimum of traffic"] = (s => s.Signals[0].MinimumRequestsPerSecond = "-1", "spec.signals[0].minimumRequestsPerSecond"),
        ["an infinite minimum of traffic"] = (s => s.Signals[0].MinimumRequestsPerSecond = "Infinity", "spec.signals[0].minimumRequestsPerSecond"),
        ["a factor that is no number"] = (s => s.Signals[0].CompareFactor = "x", "spec.signals[0].compareFactor"),
        ["a grace that is too long"] = (s => s.Signals[0].Grace = "61m", "spec.signals[0].grace"),
        ["alerts without a name"] = (s => (s.Alerts, s.Workloads) = ([Claim(1)], new WorkloadSelector { Selector = new() }), "spec.alerts"),
        ["too many alerts"] = (s => s.Alerts = [.. Enumerable.Repeat(Claim(1), 17)], "spec.alerts"),
        ["an alert without labels"] = (s => s.Alerts = [Claim(0)], "spec.alerts[0].matchLabels"),
        ["an alert with too many labels"] = (s => s.Alerts = [Claim(9)], "spec.alerts[0].matchLabels"),
        ["an alert with an empty label"] = (s => s.Alerts = [new AlertClaim { MatchLabels = new() { ["team"] = "" } }], "spec.alerts[0].matchLabels[team]"),
        ["null for alerts"] = (s => s.Alerts = null!, "spec.alerts"),
        ["null for an alert"] = (s => s.Alerts = [Claim(1), null!], "spec.alerts[1]"),
        ["null for an alert's labels"] = (s => s.Alerts = [new AlertClaim { MatchLabels = null! }], "spec.alerts[0].matchLabels"),
        ["null for an alert's label"] = (s => s.Alerts = [new AlertClaim { MatchLabels = new() { ["team"] = null! } }], "spec.alerts[0].matchLabels[team]"),
        ["a rollout deadline that is too short"] = (s => s.RolloutDeadline = "4s", "spec.rolloutDeadline"),
        ["an empty rollout deadline"] = (s => s.RolloutDeadline = "", "spec.rolloutDeadline"),
        ["an action twice"] = (s => s.Remediation.Ladder = [RemediationAction.Rollback, RemediationAction.Rollback], "spec.remediation.ladder"),
        ["a confidence above one"] = (s => s.Remediation.MinimumConfidence = "1.01", "spec.remediation.minimumConfidence"),
        ["a confidence that is no number"] = (s => s.Remediation.MinimumConfidence = "high", "spec.remediation.minimumConfidence"),
        ["fewer actions than none"] = (s => s.Remediation.MaxActionsPerHour = -1, "spec.remediation.maxActionsPerHour"),
        ["too many actions"] = (s => s.Remediation.MaxActionsPerHour = 61, "spec.remediation.maxActionsPerHour"),
        ["a proof that takes too long"] = (s => s.KnownGood.MinimumDuration = "169h", "spec.knownGood.minimumDuration"),
        ["fewer requests than none"] = (s => s.KnownGood.MinimumRequests = -1, "spec.knownGood.minimumRequests"),
        ["no checks"] = (s => s.Verification.ConsecutiveChecks = 0, "spec.verification.consecutiveChecks"),
        ["too many checks"] = (s => s.Verification.ConsecutiveChecks = 21, "spec.verification.consecutiveChecks"),
        ["a verification that is too short"] = (s => s.Verification.Timeout = "9s", "spec.verification.timeout"),
        ["a watch that is too long"] = (s => s.Verification.RecurrenceWatch = "25h", "spec.verification.recurrenceWatch"),
        ["null for workloads"] = (s => s.Workloads = null!, "spec.workloads"),
        ["null for a label"] = (s => s.Workloads.Selector = new V1LabelSelector { MatchLabels = new() { ["app"] = null! } }, "spec.workloads.selector.matchLabels[app]"),
        ["null among expressions"] = (s => s.Workloads.Selector = new V1LabelSelector { MatchExpressions = [null!] }, "spec.workloads.selector.matchExpressions[0]"),
        ["null for an operator"] = (s => Select(s, "app", null!), "spec.workloads.selector.matchExpressions[0].operator"),
        ["null for a key"] = (s => Select(s, null!, "Exists"), "spec.workloads.selector.matchExpressions[0].key"),
        ["null among values"] = (s => Select(s, "app", "In", "x", null!), "spec.workloads.selector.matchExpressions[0].values[1]"),
        ["null for signals"] = (s => s.Signals = null!, "spec.signals"),
        ["null among signals"] = (s => s.Signals.Insert(1, null!), "spec.signals[1]"),
        ["null for a signal's name"] = (s => s.Signals[0].Name = null!, "spec.signals[0].name"),
        ["null for a threshold"] = (s => s.Signals[0].Threshold = null!, "spec.signals[0].threshold"),
        ["a query with nothing to judge by"] = (s => s.Signals[2].Threshold = null, "spec.signals[2].threshold"),
        ["no time until memory runs out"] = (s => s.Signals[0] = new SignalSpec { Name = "growth", Preset = SignalPreset.MemoryGrowth }, "spec.signals[0].threshold"),
        ["a trend of errors"] = (s => s.Signals[0].Trend = new TrendSpec { Limit = "100%" }, "spec.signals[0].trend"),
        ["a trend without a limit"] = (s => s.Signals[2].Trend = new TrendSpec(), "spec.signals[2].trend.limit"),
        ["a trend that looks too far"] = (s => s.Signals[2].Trend = new TrendSpec { Limit = "1", Horizon = "721h" }, "spec.signals[2].trend.horizon"),
        ["a match of one judgement"] = (s => s.Signals[2].Match = SignalMatch.All, "spec.signals[2].match"),
        ["null for a window"] = (s => s.Signals[0].Window = null!, "spec.signals[0].window"),
        ["null for a for"] = (s => s.Signals[0].For = null!, "spec.signals[0].for"),
        ["null for a minimum of traffic"] = (s => s.Signals[0].MinimumRequestsPerSecond = null!, "spec.signals[0].minimumRequestsPerSecond"),
        ["null for a factor"] = (s => s.Signals[0].CompareFactor = null!, "spec.signals[0].compareFactor"),
        ["null for a grace"] = (s => s.Signals[0].Grace = null!, "spec.signals[0].grace"),
        ["null for remediation"] = (s => s.Remediation = null!, "spec.remediation"),
        ["null for the ladder"] = (s => s.Remediation.Ladder = null!, "spec.remediation.ladder"),
        ["null for a confidence"] = (s => s.Remediation.MinimumConfidence = null!, "spec.remediation.minimumConfidence"),
        ["null for known good"] = (s => s.KnownGood = null!, "spec.knownGood"),
        ["null for a proof's time"] = (s => s.KnownGood.MinimumDuration = null!, "spec.knownGood.minimumDuration"),
        ["null for verification"] = (s => s.Verification = null!, "spec.verification"),
        ["null for a verification's time"] = (s => s.Verification.Timeout = null!, "spec.verification.timeout"),
        ["null for a watch"] = (s => s.Verification.RecurrenceWatch = null!, "spec.verification.recurrenceWatch"),
    };

    public static TheoryData<string> Mistakes => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void TheErrorNamesTheFieldOf(string mistake)
    {
        var policy = SamplePolicy.Applied();
        Wrong[mistake].Break(policy.Spec);
        var (effective, errors) = PolicyCompiler.Compile(policy);
        Assert.Null(effective);
        var error = Assert.Single(errors);
        Assert.Equal(Wrong[mistake].Field, error.Field);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void AnAlertIsClaimedByAllLabelsOfOneEntry()
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Alerts = [new AlertClaim { MatchLabels = new() { ["alertname"] = "Lag", ["queue"] = "orders" } }, new AlertClaim { MatchLabels = new() { ["team"] = "shop" } }];
        var policy = PolicyCompiler.Compile(applied).Policy!;
        Assert.True(policy.Claims(new Dictionary<string, string> { ["alertname"] = "Lag", ["queue"] = "orders", ["x"] = "y" }));
        Assert.True(policy.Claims(new Dictionary<string, string> { ["team"] = "shop" }));
        Assert.False(policy.Claims(new Dictionary<string, string> { ["alertname"] = "Lag" }));
        Assert.False(SamplePolicy.Effective().Claims(new Dictionary<string, string>()));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("2m", 120.0)]
    public void ARolloutDeadlineMayBeLeftOut(string? given, double? seconds)
    {
        var policy = SamplePolicy.Applied();
        policy.Spec.RolloutDeadline = given;
        Assert.Equal(seconds, PolicyCompiler.Compile(policy).Policy!.RolloutDeadline?.TotalSeconds);
    }

    [Fact]
    public void EveryErrorIsReportedAtOnce()
    {
        var policy = SamplePolicy.Applied();
        policy.Spec.RolloutDeadline = "soon";
        policy.Spec.Signals[0].Threshold = "much";
        policy.Spec.Verification.ConsecutiveChecks = 0;
        Assert.Equal(
            ["spec.rolloutDeadline", "spec.signals[0].threshold", "spec.verification.consecutiveChecks"],
            PolicyCompiler.Compile(policy).Errors.Select(error => error.Field).Order());
    }

    [Fact]
    public void AQueryMayBeJudgedByWhatIsUsualAndByItsTrendInsteadOfALimit()
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Signals[2] = new SignalSpec
        {
            Name = "disk",
            Query = "disk_used_ratio",
            Baseline = new BaselineSpec { Sensitivity = BaselineSensitivity.High, Direction = BaselineDirection.Both },
            Trend = new TrendSpec { Limit = "0.95", Horizon = "720h", Direction = TrendDirection.Falling },
            Match = SignalMatch.All,
        };
        var signal = PolicyCompiler.Compile(applied).Policy!.Signals[2];
        Assert.Equal((false, true, true), (signal.HasThreshold, signal.IsLearnt, signal.AllMustAgree));
        Assert.Equal(new EffectiveBaseline(BaselineSensitivity.High, BaselineDirection.Both), signal.Baseline);
        Assert.Equal(new EffectiveTrend(0.95, true, TimeSpan.FromDays(30)), signal.Trend);
    }

    [Theory]
    [InlineData(SignalPreset.HttpErrorRatio)]
    [InlineData(SignalPreset.HttpLatencyP95)]
    [InlineData(SignalPreset.CpuSaturation)]
    [InlineData(SignalPreset.CpuThrottling)]
    [InlineData(SignalPreset.MemorySaturation)]
    [InlineData(SignalPreset.QueueLag)]
    public void APresetMayBeJudgedByWhatIsUsualAlone(SignalPreset preset)
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Signals[0] = new SignalSpec { Name = "usual", Preset = preset, Baseline = new BaselineSpec() };
        var (policy, errors) = PolicyCompiler.Compile(applied);
        Assert.Empty(errors);
        Assert.Equal((false, true), (policy!.Signals[0].HasThreshold, policy.Signals[0].IsLearnt));
    }

    [Fact]
    public void AValidPolicyIsReadFieldByField()
    {
        var (policy, errors) = PolicyCompiler.Compile(SamplePolicy.Applied());
        Assert.Empty(errors);
        Assert.Equal(("shop", "checkout", "uid-policy", 1L, "checkout"), (policy!.Namespace, policy.Name, policy.Uid, policy.Generation, policy.WorkloadName));
        Assert.Equal([SignalKind.ErrorRatio, SignalKind.LatencyP95, SignalKind.Query], policy.Signals.Select(signal => signal.Kind));
        Assert.Equal([0.05, 0.5, 10], policy.Signals.Select(signal => signal.Threshold));
        Assert.Equal([null, null, "max by (pod) (queue_depth{namespace=\"shop\"})"], policy.Signals.Select(signal => signal.Query));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30), 0.5, 3.0), (policy.Signals[0].Window, policy.Signals[0].For, policy.Signals[0].MinimumRequestsPerSecond, policy.Signals[0].CompareFactor));
    }

    [Theory]
    [InlineData("queue_depth", 0, 60)]
    [InlineData("rate(queue_depth[30s])", 30, 60)]
    [InlineData("rate(queue_depth[5m])", 300, 300)]
    public void AQueryLooksBackAsFarAsItsRangesAndItsWindow(string query, double range, double lookBack)
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Signals[2].Query = query;
        var signal = PolicyCompiler.Compile(applied).Policy!.Signals[2];
        Assert.Equal((range, lookBack), (signal.Range.TotalSeconds, signal.LookBack.TotalSeconds));
    }

    [Fact]
    public void APolicyThatSaysNothingObserves() => Assert.Equal(PolicyMode.Observe, PolicyCompiler.Compile(SamplePolicy.Applied()).Policy!.Mode);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ConfigMapsAreKeptOnlyWhereThePolicySaysSo(bool keeps)
    {
        var applied = SamplePolicy.Applied();
        Assert.False(applied.Spec.KnownGood.KeepConfigMaps);
        applied.Spec.KnownGood.KeepConfigMaps = keeps;
        Assert.Equal(keeps, PolicyCompiler.Compile(applied).Policy!.KeepsConfigMaps);
    }

    [Fact]
    public void AnEmptySelectorIsAllowedAndSelectsEverything()
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Workloads = new WorkloadSelector { Selector = new V1LabelSelector() };
        Assert.True(PolicyCompiler.Compile(applied).Policy!.Selects(WorkloadKind.Deployment, "shop", "anything", null));
    }

    [Theory]
    [InlineData("shop", "checkout", "web", true)]
    [InlineData("bank", "checkout", "web", false)]
    [InlineData("shop", "cart", "web", false)]
    [InlineData("shop", "checkout", "api", false)]
    [InlineData("shop", "checkout", null, false)]
    public void NameAndSelectorMustBothHold(string @namespace, string name, string? tier, bool expected)
    {
        var policy = SamplePolicy.Effective() with { Selector = new V1LabelSelector { MatchLabels = new() { ["tier"] = "web" } } };
        Assert.Equal(expected, policy.Selects(WorkloadKind.Deployment, @namespace, name, tier is null ? null : new Dictionary<string, string> { ["tier"] = tier }));
    }

    [Fact]
    public void ValuesAreWrittenInTheUnitOfTheirSignal()
    {
        Assert.Equal("12.5% errors", SamplePolicy.Errors().Describe(0.125));
        Assert.Equal("p95 750ms", SamplePolicy.Latency().Describe(0.75));
        Assert.Equal("12.5", SamplePolicy.Query().Describe(12.5));
    }

    private static void Select(RemediationPolicySpec spec, string key, string @operator, params string[] values) =>
        spec.Workloads.Selector = new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = key, Operator = @operator, Values = [.. values] }] };

    private static AlertClaim Claim(int labels) => new() { MatchLabels = Enumerable.Range(0, labels).ToDictionary(i => $"label{i}", _ => "x") };
}
