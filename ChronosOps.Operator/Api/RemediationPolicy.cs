using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Api;

/// <summary>Says which workloads of this namespace ChronosOps watches, what counts as broken, and what it may do about it. Creating one amounts to being allowed to patch the workloads it selects.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = "RemediationPolicy", PluralName = "remediationpolicies")]
[KubernetesEntityShortNames("rpol")]
[KubernetesEntityCategories("chronosops")]
[GenericAdditionalPrinterColumn(".spec.mode", "Mode", "string")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type=='Ready')].status", "Ready", "string")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type=='SignalsAvailable')].status", "Signals", "string")]
[GenericAdditionalPrinterColumn(".status.matchedWorkloads", "Workloads", "integer")]
[GenericAdditionalPrinterColumn(".status.openIncidents", "Open", "integer")]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type=='Protected')].status", "Protected", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type=='Ready')].message", "Message", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
public sealed class RemediationPolicy : CustomKubernetesEntity<RemediationPolicySpec, RemediationPolicyStatus>;

/// <summary>What is watched, how it is judged and what may be done.</summary>
[ValidationRule("!has(self.alerts) || size(self.alerts) == 0 || has(self.workloads.name)", "alerts needs workloads.name")]
public sealed class RemediationPolicySpec : WrittenSpec
{
    /// <summary>What ChronosOps may do. Observe diagnoses and reports, and changes nothing. Autonomous acts within the gates.</summary>
    [DefaultValue("Observe")]
    public PolicyMode Mode { get; set; } = PolicyMode.Observe;

    /// <summary>The workloads of this namespace that the policy covers: by name, by label selector, or both.</summary>
    [Required]
    [ValidationRule("has(self.name) || has(self.selector)", "give name, selector or both")]
    public WorkloadSelector Workloads { get; set; } = new();

    /// <summary>The measurements that tell whether a workload is healthy. Container states of the current revision (crash loops, image pull failures, a rollout that does not progress, memory that ran out, pods that are no longer ready) are always watched and need no entry here.</summary>
    [Items(0, 16)]
    [XListType("map")]
    [XListMapKeys("name")]
    public List<SignalSpec> Signals { get; set; } = [];

    /// <summary>Another Prometheus than the operator's own, or the same as another tenant. What may be named here the administrator decides; by default nothing.</summary>
    public PrometheusSpec? Prometheus { get; set; }

    /// <summary>The alerts of this namespace that speak of the workload, where their labels do not name it; for policies that name one workload. Alertmanager has to send them to the operator.</summary>
    [Items(0, AlertClaim.Most)]
    public List<AlertClaim> Alerts { get; set; } = [];

    /// <summary>How long a new revision may be without a ready pod, or without the pods it wants to create, before its rollout counts as not progressing. Counted from when the controller could go on with the rollout until one of its pods is ready, and from each pod's creation after that. Where it is left out, 60s; for pods that start, longer where the template's probes or its ready pods say that they need longer.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.ShortestRollout, DurationBounds.LongestRollout)]
    public string? RolloutDeadline { get; set; }

    /// <summary>What may be done, in which order, and under which limits.</summary>
    public RemediationSpec Remediation { get; set; } = new();

    /// <summary>When a revision counts as known good, and so as one to return to.</summary>
    public KnownGoodSpec KnownGood { get; set; } = new();

    /// <summary>How it is proved that an action helped.</summary>
    public VerificationSpec Verification { get; set; } = new();
}

/// <summary>What ChronosOps may do for the workloads of a policy.</summary>
[JsonConverter(typeof(StrictEnumConverter<PolicyMode>))]
public enum PolicyMode
{
    /// <summary>Diagnose and report only.</summary>
    Observe,

    /// <summary>Go all the way, gates included, and ask the API server whether it would accept the action. Nothing is changed.</summary>
    DryRun,

    /// <summary>Act when every gate allows it.</summary>
    Autonomous,
}

/// <summary>Selects workloads of the policy's own namespace.</summary>
public sealed class WorkloadSelector
{
    /// <summary>The kind of workload.</summary>
    [DefaultValue("Deployment")]
    public WorkloadKind Kind { get; set; } = WorkloadKind.Deployment;

    /// <summary>The name of one workload.</summary>
    [Length(1, 253)]
    [Pattern(ApiPatterns.DnsSubdomain)]
    public string? Name { get; set; }

    /// <summary>Selects workloads by their labels. An empty selector selects every workload of the namespace.</summary>
    public V1LabelSelector? Selector { get; set; }
}

/// <summary>Where the series of a policy are read from, and as whom.</summary>
public sealed class PrometheusSpec
{
    /// <summary>The tenant whose series are read, sent as X-Scope-OrgID.</summary>
    [Length(1, 150)]
    [Pattern(ApiPatterns.Tenant)]
    public string? Tenant { get; set; }

    /// <summary>The address of a Prometheus, or of what answers like one. The operator's own where it is left out. The operator's credentials are never sent to another.</summary>
    [Length(1, 512)]
    [Pattern(ApiPatterns.HttpUrl)]
    public string? Url { get; set; }

    /// <summary>A Secret of this namespace with the credentials, which take the place of the operator's own: token, or username and password; ca.crt; tls.crt and tls.key.</summary>
    public PrometheusSecret? SecretRef { get; set; }
}

/// <summary>Names a Secret of the policy's own namespace.</summary>
public sealed class PrometheusSecret
{
    /// <summary>Its name.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(ApiPatterns.DnsSubdomain)]
    public string Name { get; set; } = "";
}

/// <summary>The kinds of workload that ChronosOps handles.</summary>
[JsonConverter(typeof(StrictEnumConverter<WorkloadKind>))]
public enum WorkloadKind
{
    /// <summary>apps/v1 Deployment.</summary>
    Deployment,

    /// <summary>apps/v1 StatefulSet.</summary>
    StatefulSet,

    /// <summary>apps/v1 DaemonSet.</summary>
    DaemonSet,

    /// <summary>batch/v1 Job, those of CronJobs too: explained, never acted on.</summary>
    Job,

    /// <summary>batch/v1 CronJob, and the runs that it misses: explained, never acted on.</summary>
    CronJob,
}

/// <summary>One measurement and what makes it a problem: a limit, being unlike what is usual, being on the way to a limit, or a mix of them.</summary>
[ValidationRule("has(self.preset) != has(self.query)", "give exactly one of preset and query")]
[ValidationRule("has(self.threshold) || ((has(self.baseline) || has(self.trend)) && (!has(self.preset) || self.preset != 'MemoryGrowth'))", "give a threshold; all but MemoryGrowth may have a baseline or a trend instead")]
[ValidationRule("!has(self.trend) || !has(self.preset) || !(self.preset in ['HttpErrorRatio', 'HttpLatencyP95', 'MemoryGrowth'])", "a trend is for what fills up")]
[ValidationRule("!has(self.baseline) || !has(self.preset) || self.preset != 'MemoryGrowth'", "MemoryGrowth has no baseline")]
[ValidationRule("!has(self.match) || has(self.baseline) || has(self.trend)", "match is for a mix of judgements")]
[ValidationRule("!has(self.saturation) || has(self.query)", "saturation is for queries")]
[ValidationRule("!has(self.preset) || !has(self.threshold) || self.preset in ['HttpLatencyP95', 'MemoryGrowth', 'QueueLag'] || !self.threshold.matches('[smh]$')", "threshold must be a ratio such as 0.05, or a percentage")]
[ValidationRule("!has(self.preset) || !has(self.threshold) || self.preset != 'HttpLatencyP95' || self.threshold.matches('[smh]$')", "threshold must be a duration such as 500ms")]
[ValidationRule("!has(self.preset) || !has(self.threshold) || self.preset != 'MemoryGrowth' || (self.threshold.matches('[smh]$') && duration(self.threshold) >= duration('3m') && duration(self.threshold) <= duration('6h'))", "threshold must be a duration from 3m to 6h such as 30m")]
[ValidationRule("!has(self.preset) || !has(self.threshold) || self.preset != 'QueueLag' || self.threshold.matches('[0-9]$')", "threshold must be a number of records")]
public sealed class SignalSpec
{
    /// <summary>Names the signal in incidents.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern(ApiPatterns.DnsLabel)]
    public string Name { get; set; } = "";

    /// <summary>A built-in signal. HttpErrorRatio is the share of requests answered with 5xx, HttpLatencyP95 the 95th percentile of the duration of requests; both read the usual Prometheus client and OpenTelemetry metric names. CpuSaturation and MemorySaturation are the share of the limit that the worst container of a pod uses, CpuThrottling the share of periods in which it was throttled, MemoryGrowth the time until its memory limit is reached at the present pace; they read cAdvisor's metrics and need limits. QueueLag is how many records the pod's own Kafka consumers are behind.</summary>
    public SignalPreset? Preset { get; set; }

    /// <summary>PromQL of your own. Every selector is bound to this namespace. The result must carry a pod label, or the policy must name one workload and the result be a single series. Higher is worse.</summary>
    [Length(1, 2048)]
    public string? Query { get; set; }

    /// <summary>Whether the query tells how full something is (a queue, a pool of connections or workers). That is a kind of evidence of its own beside failing or slow requests. For queries; the presets of saturation need no word.</summary>
    public bool? Saturation { get; set; }

    /// <summary>The value from which the signal is a problem: a duration ("500ms") for latency, the time until the limit is reached ("30m", from 3m to 6h) for MemoryGrowth, a number of records for QueueLag, a ratio ("0.05" or "5%") for every other preset, or a number for a query. What has a baseline or a trend needs none.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Threshold)]
    public string? Threshold { get; set; }

    /// <summary>The signal is a problem too where it is unlike what is usual for this workload, by the last days and weeks.</summary>
    public BaselineSpec? Baseline { get; set; }

    /// <summary>The signal is a problem too where it will reach a limit soon at its present pace.</summary>
    public TrendSpec? Trend { get; set; }

    /// <summary>Of threshold, baseline and trend: whether one of them is enough, or all that are given must agree.</summary>
    public SignalMatch? Match { get; set; }

    /// <summary>Over how much of the recent past the signal is computed for a whole workload.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.ShortestWindow, DurationBounds.LongestWindow)]
    [DefaultValue("1m")]
    public string Window { get; set; } = "1m";

    /// <summary>How long the signal must be beyond its threshold, without a pause, before it counts.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.Zero, DurationBounds.LongestWindow)]
    [DefaultValue("30s")]
    public string For { get; set; } = "30s";

    /// <summary>With fewer requests per second than this nothing is concluded: the signal is Unknown. Applies to the HTTP presets.</summary>
    [Length(1, 16)]
    [Pattern(ApiPatterns.Number)]
    [DefaultValue("0.5")]
    public string MinimumRequestsPerSecond { get; set; } = "0.5";

    /// <summary>During a rollout the new revision is compared with the old one: it counts as worse when it is beyond the threshold, or beyond this many times what the old revision shows, and then at least half the threshold. 0 switches the second rule off.</summary>
    [Length(1, 16)]
    [Pattern(ApiPatterns.Number)]
    [DefaultValue("3")]
    public string CompareFactor { get; set; } = "3";

    /// <summary>For this long after the start of a rollout the workload as a whole is not judged, since a rollout has a blip of its own. The new revision is still compared with the old one, so that a bad release is caught at once.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.Zero, DurationBounds.LongestWindow)]
    [DefaultValue("1m")]
    public string Grace { get; set; } = "1m";
}

/// <summary>What is usual is learnt from the series' history, and kept up to date: level, noise, time of day and hour of the week.</summary>
public sealed class BaselineSpec
{
    /// <summary>How far off is unusual: Low 5, Medium 3, High 2 standard deviations.</summary>
    [DefaultValue("Medium")]
    public BaselineSensitivity Sensitivity { get; set; } = BaselineSensitivity.Medium;

    /// <summary>Which way off is a problem.</summary>
    [DefaultValue("Above")]
    public BaselineDirection Direction { get; set; } = BaselineDirection.Above;
}

/// <summary>How far off is unusual.</summary>
[JsonConverter(typeof(StrictEnumConverter<BaselineSensitivity>))]
public enum BaselineSensitivity
{
    /// <summary>5 standard deviations.</summary>
    Low,

    /// <summary>3 standard deviations.</summary>
    Medium,

    /// <summary>2 standard deviations.</summary>
    High,
}

/// <summary>Which way off is a problem.</summary>
[JsonConverter(typeof(StrictEnumConverter<BaselineDirection>))]
public enum BaselineDirection
{
    /// <summary>More than usual.</summary>
    Above,

    /// <summary>Less than usual.</summary>
    Below,

    /// <summary>Either.</summary>
    Both,
}

/// <summary>A limit that a series must not reach.</summary>
public sealed class TrendSpec
{
    /// <summary>Where it is exhausted, in the unit of the signal: "100%", "1", "0". A duration counts in seconds.</summary>
    [Required]
    [Length(1, 32)]
    [Pattern(ApiPatterns.Threshold)]
    public string Limit { get; set; } = "";

    /// <summary>Whether the limit is reached by rising, or by falling, as free space and the time until a certificate expires do.</summary>
    [DefaultValue("Rising")]
    public TrendDirection Direction { get; set; } = TrendDirection.Rising;

    /// <summary>How long before the limit is reached it is a problem.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.ShortestHorizon, DurationBounds.LongestHorizon)]
    [DefaultValue("4h")]
    public string Horizon { get; set; } = "4h";
}

/// <summary>Which way a limit is reached.</summary>
[JsonConverter(typeof(StrictEnumConverter<TrendDirection>))]
public enum TrendDirection
{
    /// <summary>By growing to it.</summary>
    Rising,

    /// <summary>By falling to it.</summary>
    Falling,
}

/// <summary>How several judgements of one signal go together.</summary>
[JsonConverter(typeof(StrictEnumConverter<SignalMatch>))]
public enum SignalMatch
{
    /// <summary>One of them is enough. What is meant where nothing is said.</summary>
    Any,

    /// <summary>All that are given must agree: a disk beyond 90 % that is also unusual for the hour.</summary>
    All,
}

/// <summary>Built-in signals.</summary>
[JsonConverter(typeof(StrictEnumConverter<SignalPreset>))]
public enum SignalPreset
{
    /// <summary>Share of requests answered with a 5xx status.</summary>
    HttpErrorRatio,

    /// <summary>95th percentile of the duration of requests.</summary>
    HttpLatencyP95,

    /// <summary>Share of the CPU limit that is used.</summary>
    CpuSaturation,

    /// <summary>Share of the scheduler's periods in which the container was held back at its CPU limit.</summary>
    CpuThrottling,

    /// <summary>Share of the memory limit that is in use and cannot be reclaimed.</summary>
    MemorySaturation,

    /// <summary>How soon the memory limit is reached at the present pace.</summary>
    MemoryGrowth,

    /// <summary>How many records the pod's Kafka consumers are behind.</summary>
    QueueLag,
}

/// <summary>What may be done and under which limits.</summary>
[ValidationRule("!('Scale' in self.ladder) || has(self.scale)", "Scale needs scale.maxReplicas")]
public sealed class RemediationSpec
{
    /// <summary>The actions that may be taken, from the first to the last to be tried. An empty list allows none.</summary>
    [Items(0, 4)]
    [ValidationRule("self.all(action, self.exists_one(other, other == action))", "names an action twice")]
    [DefaultValue("[\"Rollback\"]")]
    public List<RemediationAction> Ladder { get; set; } = [RemediationAction.Rollback];

    /// <summary>The confidence (0 to 1) that the diagnosis needs before anything is done without a person.</summary>
    [Length(1, 8)]
    [Pattern(ApiPatterns.UnitInterval)]
    [DefaultValue("0.8")]
    public string MinimumConfidence { get; set; } = "0.8";

    /// <summary>How many actions the policy may take within an hour, over all its workloads.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(60)]
    [DefaultValue(3)]
    public int MaxActionsPerHour { get; set; } = 3;

    /// <summary>How far Scale may go. Needed where the ladder names it.</summary>
    public ScaleSpec? Scale { get; set; }
}

/// <summary>How far a workload may be scaled.</summary>
public sealed class ScaleSpec
{
    /// <summary>The most replicas that may be asked for, of the workload or as the minimum of the HorizontalPodAutoscaler that owns it.</summary>
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int MaxReplicas { get; set; }
}

/// <summary>Steps that ChronosOps can take.</summary>
[JsonConverter(typeof(StrictEnumConverter<RemediationAction>))]
public enum RemediationAction
{
    /// <summary>Return to the last known good revision.</summary>
    Rollback,

    /// <summary>Start anew what has gone wrong with time: evict the one pod that is ill while the others of its revision are well, or the ill pods of one node one at a time, or replace all pods one after another where they leak memory. Not among the defaults.</summary>
    Restart,

    /// <summary>Ask for more replicas of a Deployment that has too few for its load, where quota and nodes have room for them, and hand them back stepwise when the load is gone. Not among the defaults.</summary>
    Scale,
}

/// <summary>When a revision counts as known good.</summary>
public sealed class KnownGoodSpec
{
    /// <summary>How long the revision must have served alone, complete and without an incident.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.Zero, DurationBounds.LongestProbation)]
    [DefaultValue("5m")]
    public string MinimumDuration { get; set; } = "5m";

    /// <summary>How many requests it must have served in that time. 0 judges by readiness alone, for workloads without request metrics.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(1000000000)]
    [DefaultValue(100)]
    public long MinimumRequests { get; set; } = 100;

    /// <summary>Whether a copy of each ConfigMap that a known good revision refers to is kept beside it, so that what it held can be offered after a change in place. Who may read ConfigMaps of the namespace may read the copies. Of Secrets none is ever kept.</summary>
    [DefaultValue(false)]
    public bool KeepConfigMaps { get; set; }
}

/// <summary>How it is proved that an action helped.</summary>
public sealed class VerificationSpec
{
    /// <summary>How many evaluations with something newly measured must be healthy in a row, counting only pods of the target revision after the rollout.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(20)]
    [DefaultValue(3)]
    public int ConsecutiveChecks { get; set; } = 3;

    /// <summary>After how long without proof the result is Inconclusive.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.ShortestVerification, DurationBounds.LongestVerification)]
    [DefaultValue("5m")]
    public string Timeout { get; set; } = "5m";

    /// <summary>How long a mitigated incident is watched for recurrence before it is resolved.</summary>
    [Length(1, 32)]
    [Pattern(ApiPatterns.Duration)]
    [DurationRange(DurationBounds.Zero, DurationBounds.LongestWatch)]
    [DefaultValue("5m")]
    public string RecurrenceWatch { get; set; } = "5m";
}
