using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Api;

/// <summary>Where an incident stands. Observing, Orienting, Deciding, Acting, Verifying and Mitigated are on the way; Escalated waits for a person; Resolved, Failed and Dismissed are ends.</summary>
[JsonConverter(typeof(StrictEnumConverter<IncidentPhase>))]
public enum IncidentPhase
{
    /// <summary>Seen; it is being confirmed that it lasts.</summary>
    Observing,

    /// <summary>Evidence is collected and the cause looked for.</summary>
    Orienting,

    /// <summary>The next step is chosen and held against the gates.</summary>
    Deciding,

    /// <summary>An action is written down and being carried out.</summary>
    Acting,

    /// <summary>It is measured whether the action helped.</summary>
    Verifying,

    /// <summary>It helped; watched for recurrence.</summary>
    Mitigated,

    /// <summary>Over, and it stayed over.</summary>
    Resolved,

    /// <summary>A person must look.</summary>
    Escalated,

    /// <summary>The operator could not do its job.</summary>
    Failed,

    /// <summary>It recovered by itself, or was a false alarm.</summary>
    Dismissed,
}

/// <summary>The story of the incident so far.</summary>
[ValidationRule("!has(oldSelf.phase) || !(oldSelf.phase in ['Resolved', 'Failed', 'Dismissed']) || (has(self.phase) && self.phase == oldSelf.phase)", "an incident that has ended stays ended")]
public sealed class IncidentStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Where the incident stands.</summary>
    public IncidentPhase? Phase { get; set; }

    /// <summary>Why it stands there: one CamelCase word.</summary>
    public string? Reason { get; set; }

    /// <summary>Why it stands there: a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>Ready is True when the incident is over, Reconciling while the operator works on it, Stalled when a person must look. Diagnosed, Mitigated and Resolved tell how far it has come.</summary>
    [Items(0, 12)]
    [XListType("map")]
    [XListMapKeys("type")]
    public List<V1Condition> Conditions { get; set; } = [];

    /// <summary>The UID of the workload.</summary>
    public string? WorkloadUid { get; set; }

    /// <summary>The policy that governs the incident. Where another one comes to govern the workload, that one takes over, and the timeline says when.</summary>
    public string? Policy { get; set; }

    /// <summary>The generation of the policy that the last decision rested on; absent where none has rested on this policy yet.</summary>
    public long? PolicyGeneration { get; set; }

    /// <summary>The UID of that policy: one that is made anew under the same name is another one.</summary>
    public string? PolicyUid { get; set; }

    /// <summary>Since when no valid policy governs the workload; absent while one does.</summary>
    public DateTimeOffset? PolicyGoneAt { get; set; }

    /// <summary>When the trouble began, as far as the evidence tells.</summary>
    public DateTimeOffset? OnsetAt { get; set; }

    /// <summary>When the trouble began again after it had been mitigated, or that of a later release beside it; what is evidence since then is held against this time.</summary>
    public DateTimeOffset? RecurredAt { get; set; }

    /// <summary>Why pods were missing before the release that is judged now came out: NoRoom or Quota; absent where no later release has the incident thought over.</summary>
    public string? MissedFor { get; set; }

    /// <summary>When the operator noticed.</summary>
    public DateTimeOffset? DetectedAt { get; set; }

    /// <summary>When it was measured that the action had helped.</summary>
    public DateTimeOffset? MitigatedAt { get; set; }

    /// <summary>When the incident ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>From onset to detection, e.g. 21s.</summary>
    public string? TimeToDetect { get; set; }

    /// <summary>From onset to mitigation, e.g. 54s.</summary>
    public string? TimeToMitigate { get; set; }

    /// <summary>The accepted cause.</summary>
    public string? Cause { get; set; }

    /// <summary>The confidence in the cause, 0 to 1.</summary>
    public string? Confidence { get; set; }

    /// <summary>The last action and its outcome, e.g. Rollback/Succeeded.</summary>
    public string? LastAction { get; set; }

    /// <summary>The number of the attempt under way or made last, from 1.</summary>
    public int? Attempt { get; set; }

    /// <summary>What alarmed.</summary>
    [Items(0, StatusLimits.Signals)]
    [XListType("map")]
    [XListMapKeys("name")]
    public List<SignalRecord> Signals { get; set; } = [];

    /// <summary>The revision under suspicion.</summary>
    public RevisionRecord? Suspect { get; set; }

    /// <summary>The revision to return to.</summary>
    public RevisionRecord? KnownGood { get; set; }

    /// <summary>What the evidence says.</summary>
    [Items(0, StatusLimits.Findings)]
    public List<FindingRecord> Findings { get; set; } = [];

    /// <summary>Evidence that could not be had. Every gap lowers confidence.</summary>
    [Items(0, StatusLimits.Gaps)]
    public List<string> Gaps { get; set; } = [];

    /// <summary>The causes that were considered, with what speaks for and against.</summary>
    [Items(0, StatusLimits.Hypotheses)]
    public List<HypothesisRecord> Hypotheses { get; set; } = [];

    /// <summary>Where the trouble of several workloads of one chain of calls likely comes from: an incident, this one itself included. Absent where no other one is ill.</summary>
    public string? Origin { get; set; }

    /// <summary>Incidents of workloads that this one's workload calls, or that call it, as long as both were open. What is over stays on the list.</summary>
    [Items(0, StatusLimits.Related)]
    [XListType("map")]
    [XListMapKeys("incident")]
    public List<RelatedRecord> Related { get; set; } = [];

    /// <summary>Whether it was so before; absent where it was not.</summary>
    public RecurrenceRecord? Recurrence { get; set; }

    /// <summary>What was decided, and which gate allowed or stopped it. Recorded when a verdict changes.</summary>
    [Items(0, StatusLimits.Decisions)]
    public List<DecisionRecord> Decisions { get; set; } = [];

    /// <summary>What was done.</summary>
    [Items(0, StatusLimits.Actions)]
    public List<ActionRecord> Actions { get; set; } = [];

    /// <summary>The transitions, oldest first.</summary>
    [Items(0, StatusLimits.Timeline)]
    public List<TimelineRecord> Timeline { get; set; } = [];

    /// <summary>How many entries of the incident's course (decisions, gate verdicts, checks, actions, transitions, signals) had to go because they no longer fitted.</summary>
    public int? Dropped { get; set; }

    /// <summary>How many entries of the last assessment (findings, gaps, hypotheses and what speaks for and against them) did not fit.</summary>
    public int? Omitted { get; set; }

    /// <summary>Where the postmortem is.</summary>
    public PostmortemReference? Postmortem { get; set; }
}

/// <summary>Bounds that keep an incident small: it lives in etcd.</summary>
public static class StatusLimits
{
    public const int Signals = 16;

    /// <summary>What is measured before an action: each signal, the pods, and the requests in two ways.</summary>
    public const int Measures = Signals + 3;
    public const int Findings = 40;
    public const int Gaps = 16;
    public const int Hypotheses = 12;
    public const int Arguments = 20;
    public const int Decisions = 12;
    public const int Actions = 8;
    public const int Timeline = 40;
    public const int GateVerdicts = 20;
    public const int Related = 8;
    public const int PodsInTheWay = 8;
    public const int Sentence = 512;

    /// <summary>The most bytes of JSON that an incident's status may take.</summary>
    public const int Bytes = 64 * 1024;
}

/// <summary>One alarm.</summary>
public sealed class SignalRecord
{
    /// <summary>The signal's name in the policy, the Kubernetes sign (CrashLoop, ImagePullFailure, RolloutNotProgressing, EndpointsMissing, JobFailed, RunMissed), or alert/ and the name of an alert.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>What was seen when it first fired, in a sentence.</summary>
    public string? Fired { get; set; }

    /// <summary>What was seen at the last change of state, in a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>When it was first seen.</summary>
    public DateTimeOffset? FirstSeen { get; set; }

    /// <summary>The state at the last change: Firing, Healthy or Unknown.</summary>
    public string? State { get; set; }

    /// <summary>What was usual at the last change, of a signal whose baseline knows.</summary>
    public UsualRecord? Usual { get; set; }

    /// <summary>How long it was until the limit at the last change, of a signal whose trend led there, e.g. 1h30m.</summary>
    public string? TimeLeft { get; set; }
}

/// <summary>What a baseline expected, and how far off the value was. Numbers are those of the signal's query; of a series that only grows, its rate per second.</summary>
public sealed class UsualRecord
{
    /// <summary>The lower end of the range in which the value is usually found at that time.</summary>
    public string? Low { get; set; }

    /// <summary>The upper end of that range.</summary>
    public string? High { get; set; }

    /// <summary>How far off the value was at most, in standard deviations.</summary>
    public string? Sigma { get; set; }

    /// <summary>How unusual it was at most, 0 to 1, comparable across signals; 0.5 is the threshold.</summary>
    public string? Score { get; set; }

    /// <summary>How bad it was, by sigma: Info (from 2), Warning (from 3) or Critical (from 5); None where it was usual.</summary>
    public string? Severity { get; set; }

    /// <summary>What the range rests on: None, Day (the time of day) or Week (the hour of the week).</summary>
    public string? Season { get; set; }

    /// <summary>How many samples that rests on.</summary>
    public long? Samples { get; set; }
}

/// <summary>A revision of a workload.</summary>
public sealed class RevisionRecord
{
    /// <summary>The hash of the pod template, without restart stamps and our own annotations.</summary>
    [Required]
    public string Hash { get; set; } = "";

    /// <summary>The workload's revision number when it was recorded.</summary>
    public string? Number { get; set; }

    /// <summary>The ReplicaSet that holds the revision (Deployments).</summary>
    public string? ReplicaSet { get; set; }

    /// <summary>The ControllerRevision that holds the revision (StatefulSets, DaemonSets).</summary>
    public string? ControllerRevision { get; set; }

    /// <summary>The images, comma separated.</summary>
    public string? Images { get; set; }

    /// <summary>When its rollout began.</summary>
    public DateTimeOffset? StartedAt { get; set; }
}

/// <summary>One thing that the evidence says.</summary>
public sealed class FindingRecord
{
    /// <summary>Names the finding within the incident, e.g. f3.</summary>
    [Required]
    public string Id { get; set; } = "";

    /// <summary>The kind of evidence: Series, Change, ContainerState, Saturation, Dependency.</summary>
    public string? Kind { get; set; }

    /// <summary>Who found it.</summary>
    public string? Source { get; set; }

    /// <summary>When what it speaks of happened.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>How much it says, 0 to 1.</summary>
    public string? Strength { get; set; }

    /// <summary>What it says.</summary>
    public string? Message { get; set; }

    /// <summary>Where a person can look it up.</summary>
    public string? Ref { get; set; }
}

/// <summary>A cause that was considered.</summary>
public sealed class HypothesisRecord
{
    /// <summary>The cause, from the catalogue.</summary>
    [Required]
    public string Cause { get; set; } = "";

    /// <summary>What is blamed.</summary>
    public string? Subject { get; set; }

    /// <summary>How likely, 0 to 1.</summary>
    public string? Confidence { get; set; }

    /// <summary>Accepted or Rejected.</summary>
    public string? Verdict { get; set; }

    /// <summary>Why.</summary>
    public string? Reason { get; set; }

    /// <summary>The findings that speak for it.</summary>
    [Items(0, StatusLimits.Arguments)]
    public List<string> For { get; set; } = [];

    /// <summary>The findings that speak against it.</summary>
    [Items(0, StatusLimits.Arguments)]
    public List<string> Against { get; set; } = [];
}

/// <summary>One decision.</summary>
public sealed class DecisionRecord
{
    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>The attempt that it was about.</summary>
    public int? Attempt { get; set; }

    /// <summary>The action that was considered.</summary>
    public string? Action { get; set; }

    /// <summary>Allow, Wait or Deny.</summary>
    public string? Verdict { get; set; }

    /// <summary>Why, in a word.</summary>
    public string? Reason { get; set; }

    /// <summary>Why, in a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>What each gate said.</summary>
    [Items(0, StatusLimits.GateVerdicts)]
    public List<GateRecord> Gates { get; set; } = [];
}

/// <summary>What one gate said.</summary>
public sealed class GateRecord
{
    /// <summary>The gate.</summary>
    [Required]
    public string Gate { get; set; } = "";

    /// <summary>Allow, Wait or Deny.</summary>
    public string? Verdict { get; set; }

    /// <summary>Why.</summary>
    public string? Reason { get; set; }
}

/// <summary>Where the postmortem is.</summary>
public sealed class PostmortemReference
{
    /// <summary>The ConfigMap of this namespace.</summary>
    public string? ConfigMap { get; set; }

    /// <summary>Its key.</summary>
    public string? Key { get; set; }
}

/// <summary>One transition.</summary>
public sealed class TimelineRecord
{
    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>The phase that was entered.</summary>
    public IncidentPhase? Phase { get; set; }

    /// <summary>Why, in a word.</summary>
    public string? Reason { get; set; }

    /// <summary>Why, in a sentence.</summary>
    public string? Message { get; set; }
}
