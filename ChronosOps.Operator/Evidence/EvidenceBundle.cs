using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Everything that the analysis may rest on, and nothing else: the analysis of a recorded bundle is the same code. Plain data.</summary>
public sealed record EvidenceBundle
{
    public required DateTimeOffset CollectedAt { get; init; }

    /// <summary>When the trouble began.</summary>
    public required DateTimeOffset OnsetAt { get; init; }
    public required WorkloadSnapshot Workload { get; init; }

    /// <summary>Whether pods were missing already before the current release came out: that they are is neither its doing nor what it is judged for.</summary>
    public bool PodsMissedBefore { get; init; }

    /// <summary>Whether they were refused then, or may have been: that a pod was let in since says nothing of the next one.</summary>
    public bool PodsRefusedBefore { get; init; }

    /// <summary>What alarmed, and what else was measured.</summary>
    public required IReadOnlyList<SignalReading> Signals { get; init; }

    /// <summary>What fires, but for alerts.</summary>
    public IEnumerable<SignalReading> Firing => Signals.Where(signal => signal is { State: SignalState.Firing, IsAlert: false });

    /// <summary>Each HTTP signal measured by revision, where there was enough traffic.</summary>
    public IReadOnlyList<RevisionMeasure> Measures { get; init; } = [];

    /// <summary>Each HTTP signal measured by pod of the current revision, where there was enough traffic.</summary>
    public IReadOnlyList<PodMeasure> PodMeasures { get; init; } = [];

    /// <summary>How many requests of the workload were counted over the last evaluations, as far back as they are compared; null where that was not asked, or could not be found out.</summary>
    public double? Requests { get; init; }

    /// <summary>Requests before and since the onset; null where there is too little of either to compare.</summary>
    public LoadFact? Load { get; init; }

    /// <summary>For how long the current revision had served well until the onset, by all signals of requests that have a threshold; null where it had not, or for too short a time to tell.</summary>
    public TimeSpan? WellBefore { get; init; }

    /// <summary>Whether the current revision served so many requests well before the onset that it did not fail from the first, for however short a time.</summary>
    public bool BeganWell { get; init; }

    /// <summary>The last incident of the day in which the revision before had the same trouble, and got over it while it ran; null where there is none.</summary>
    public EarlierFact? Earlier { get; init; }

    /// <summary>Events of the workload, its ReplicaSets and pods.</summary>
    public IReadOnlyList<EventFact> Events { get; init; } = [];

    /// <summary>Other workloads of the namespace whose rollout began shortly before or after the onset.</summary>
    public IReadOnlyList<NeighbourFact> Neighbours { get; init; } = [];

    /// <summary>Other workloads of the namespace that the current revision names as hosts, that are declared, or that calls to fail or take longer by a service graph.</summary>
    public IReadOnlyList<DependencyFact> Dependencies { get; init; } = [];

    /// <summary>Other workloads of the namespace that fell ill with this one, were not released lately, and do not call it, not through others either.</summary>
    public IReadOnlyList<string> FellIllToo { get; init; } = [];

    /// <summary>What the workload declares that it depends on, and is nothing in its namespace.</summary>
    public IReadOnlyList<string> DeclaredNowhere { get; init; } = [];

    /// <summary>Services that led to the workload's pods and no longer do.</summary>
    public IReadOnlyList<ServiceFact> Services { get; init; } = [];

    /// <summary>NetworkPolicies that select the workload's pods and were made or changed within the last minutes before the onset, or since.</summary>
    public IReadOnlyList<NetworkPolicyFact> NetworkPolicies { get; init; } = [];

    /// <summary>The nodes of the workload's pods; null where they may not be seen, or that was not asked.</summary>
    public IReadOnlyList<NodeFact>? Nodes { get; init; }

    /// <summary>Who uses the processors of those nodes; null where that may not be seen, or was not asked.</summary>
    public CpuFacts? Cpu { get; init; }

    /// <summary>What the current and the known good revision refer to.</summary>
    public IReadOnlyList<ConfigFact> Configs { get; init; } = [];

    /// <summary>What else pods of the known good revisions need that the current revision does not name.</summary>
    public IReadOnlyList<PrerequisiteFact> Prerequisites { get; init; } = [];

    /// <summary>In what the current revision differs from the one before; null where that could not be found out.</summary>
    public IReadOnlyList<string>? TemplateChanges { get; init; }

    /// <summary>What of that asks for more; null where that could not be found out.</summary>
    public NewDemands? NewDemands { get; init; }

    /// <summary>What the revision before asks for that the current one does not; null where that could not be found out.</summary>
    public NewDemands? OldDemands { get; init; }

    /// <summary>What more replicas would have to fit into; null where that was not asked, or could not be found out.</summary>
    public ScalingFacts? Scaling { get; init; }

    /// <summary>Who drives the workload; null where that could not be found out.</summary>
    public Ownership? Ownership { get; init; }

    /// <summary>Revisions that have proved themselves, newest first, with the time when they were last seen good.</summary>
    public IReadOnlyList<GoodRevision> KnownGood { get; init; } = [];

    /// <summary>What could not be collected, and why.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Whether a signal fires and nothing else does, but for alerts.</summary>
    public bool FiresOnly(string signal) => Firing.Any() && Firing.All(firing => firing.Signal == signal);
}

/// <summary>A signal of one revision.</summary>
/// <param name="Signal">The signal's name.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Value">What was measured, in the unit of the signal.</param>
/// <param name="Threshold">From where on it is trouble.</param>
/// <param name="Requests">How many requests that rests on.</param>
/// <param name="Text">The value as people read it.</param>
/// <param name="SeenAt">When the revision last served.</param>
/// <param name="DuringTrouble">Whether all of that was served while the trouble lasted. Otherwise some of it was served before, or may have been.</param>
public sealed record RevisionMeasure(string Signal, string Revision, double Value, double Threshold, double Requests, string Text, DateTimeOffset SeenAt, bool DuringTrouble);

/// <summary>A signal of one pod.</summary>
/// <param name="Signal">The signal's name.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Value">What was measured, in the unit of the signal.</param>
/// <param name="Threshold">From where on it is trouble.</param>
/// <param name="Requests">How many requests that rests on.</param>
/// <param name="Text">The value as people read it.</param>
public sealed record PodMeasure(string Signal, string Pod, double Value, double Threshold, double Requests, string Text)
{
    /// <summary>Whether it had served well until the onset, by far within the limit and for long enough to tell.</summary>
    public bool WellBefore { get; init; }

    /// <summary>For how long after a rollout began the signal is not judged.</summary>
    public TimeSpan Grace { get; init; }
}

/// <summary>How many requests a workload got.</summary>
/// <param name="Before">Requests per second before the onset.</param>
/// <param name="Now">Requests per second since.</param>
public sealed record LoadFact(double Before, double Now);

/// <summary>An incident of the revision before that was over before the current one came, and in which nothing was done.</summary>
/// <param name="Incident">Its name.</param>
/// <param name="Signal">What fired then, and fires now.</param>
/// <param name="EndedAt">When it was over.</param>
public sealed record EarlierFact(string Incident, string Signal, DateTimeOffset EndedAt);

/// <summary>A Kubernetes Event.</summary>
public sealed record EventFact(DateTimeOffset? Time, string Type, string Reason, string Object, string Message, int Count);

/// <summary>Another workload that changed around the onset.</summary>
public sealed record NeighbourFact(string Reference, string Name, string Revision, DateTimeOffset RolloutStartedAt, bool RolloutComplete, bool HasBadPods);

/// <summary>Another workload of the namespace that is called.</summary>
/// <param name="Reference">As kubectl takes it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Trouble">What ails it; null where nothing is known to.</param>
/// <param name="IsMeasured">Whether its trouble was seen in series.</param>
/// <param name="TroubleSince">Since when; null where that is not known.</param>
/// <param name="RolloutStartedAt">When its last release began; null where it has had one only, or is measured to be well.</param>
/// <param name="Revision">What runs of it.</param>
/// <param name="Incident">Its open incident; null where it has none.</param>
/// <param name="CallsFail">Whether a service graph counts calls to it that fail, more of them since the onset than before.</param>
/// <param name="IsDeclared">Whether it is not the template that names it.</param>
public sealed record DependencyFact(
    string Reference, string Name, string? Trouble, bool IsMeasured, DateTimeOffset? TroubleSince, DateTimeOffset? RolloutStartedAt, string Revision, string? Incident, bool CallsFail = false, bool IsDeclared = false)
{
    /// <summary>The kept revisions of the caller whose template names it, all where it is declared. Empty where a service graph alone tells of it, which knows no revisions.</summary>
    public IReadOnlyList<string> CalledBy { get; init; } = [];

    /// <summary>By how much longer calls to it take since the onset, so much that it may explain the latency that fires; null where they do not.</summary>
    public SlowerCalls? SlowerCalls { get; init; }

    /// <summary>Whether calls to it fail or take longer, more than before.</summary>
    public bool CallsAreWorse => CallsFail || SlowerCalls is not null;

    /// <summary>What else ails it, or may: another signal that fires, or is not beyond its limit for long enough yet; where nothing does, an open incident. Null where there is nothing.</summary>
    public string? Doubt { get; init; }

    /// <summary>Since when; null where that is not known.</summary>
    public DateTimeOffset? DoubtSince { get; init; }
}

/// <summary>A Service that led to the workload's pods and no longer does.</summary>
/// <param name="Service">How it stands, and what it was.</param>
/// <param name="LastChange">Who last changed what it selects or leads to, and when; null where that could not be found out.</param>
public sealed record ServiceFact(ServiceSnapshot Service, FieldChange? LastChange);

/// <summary>A NetworkPolicy that selects the workload's pods.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Limits">Which traffic it limits: Ingress, Egress or both.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastChange">Who last changed its spec, and when; the creation where nothing else is known.</param>
public sealed record NetworkPolicyFact(string Name, IReadOnlyList<string> Limits, DateTimeOffset? CreatedAt, FieldChange LastChange);

/// <summary>A node with pods of the workload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trouble">What its conditions say against it, such as NotReady or MemoryPressure; null where nothing does.</param>
/// <param name="Since">Since when; null where that is not known.</param>
/// <param name="TakesPods">Whether the scheduler may place a new pod of the workload there.</param>
/// <param name="OtherNodes">How many other nodes take pods.</param>
/// <param name="RoomElsewhere">How many more pods of the workload those take, as far as it matters; null where that cannot be told.</param>
public sealed record NodeFact(string Name, string? Trouble, DateTimeOffset? Since, bool TakesPods, int OtherNodes, int? RoomElsewhere);

/// <summary>The last change of some fields of an object.</summary>
/// <param name="At">When.</param>
/// <param name="By">The field manager, such as kubectl-edit; null where that is not known.</param>
public sealed record FieldChange(DateTimeOffset At, string? By);

/// <summary>A ConfigMap or Secret that a revision refers to.</summary>
/// <param name="Reference">What is referred to.</param>
/// <param name="Exists">Whether it is there; null where that could not be found out.</param>
/// <param name="ChangedAt">When it was last written; null where unknown.</param>
/// <param name="Revisions">The revisions that refer to it.</param>
/// <param name="Kept">What was kept of it; null where that was not asked.</param>
public sealed record ConfigFact(ConfigReference Reference, bool? Exists, DateTimeOffset? ChangedAt, IReadOnlyList<string> Revisions, KeptConfig? Kept = null)
{
    /// <summary>What is blamed, for people.</summary>
    public string Subject => $"{Reference.Kind} {Reference.Name}";
}

/// <summary>What a revision's pods need.</summary>
/// <param name="Needed">What is named.</param>
/// <param name="Exists">Whether it is there, and nobody deletes it; null where it may not be looked at.</param>
public sealed record PrerequisiteFact(Prerequisite Needed, bool? Exists);

/// <summary>A revision that has proved itself.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="ProvenAt">When it had proved itself.</param>
/// <param name="LastGoodAt">When it was last seen good.</param>
/// <param name="StartedAt">When the first container had started of the pods that it last proved itself with; null where that is not known.</param>
public sealed record GoodRevision(string Revision, DateTimeOffset ProvenAt, DateTimeOffset LastGoodAt, DateTimeOffset? StartedAt = null)
{
    /// <summary>
    /// Whether it has proved itself with what a ConfigMap or Secret holds. How long it served after the change says nothing of that: variables, and many files, are read when a container starts, so
    /// that pods which had started before serve on with what was there then.
    /// </summary>
    /// <param name="changedAt">When that was last written.</param>
    public bool StartedWith(DateTimeOffset changedAt) => StartedAt >= changedAt;
}
