using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>An incident that was resolved by a rollback, with something in every field.</summary>
internal static class SampleIncident
{
    public static readonly DateTimeOffset Onset = FakeTime.Epoch;

    public static DateTimeOffset At(double seconds) => Onset.AddSeconds(seconds);

    /// <summary>The same, while cart was ill, which it calls, and after two others of its kind.</summary>
    public static Incident Linked()
    {
        var incident = Resolved();
        incident.Status!.Origin = "cart-1a2b3c4d";
        incident.Status.Related = [new RelatedRecord { Incident = "cart-1a2b3c4d", Workload = "Deployment/cart", Relation = IncidentRelation.Calls, KnownBy = CallSource.Template, LikelyOrigin = true }];
        incident.Status.Recurrence = new RecurrenceRecord { Previous = "checkout-0f9e8d7c", Count = 2 };
        return incident;
    }

    public static Incident Resolved() => new()
    {
        ApiVersion = "chronosops.io/v1alpha1",
        Kind = "Incident",
        Metadata = new V1ObjectMeta { Name = "checkout-x7k2p", NamespaceProperty = "shop", Uid = "uid-1", CreationTimestamp = At(15) },
        Spec = new IncidentSpec
        {
            WorkloadRef = new WorkloadReference { Name = "checkout" },
            PolicyRef = new LocalReference { Name = "checkout" },
            Summary = "errors: 31% of requests fail (limit 5%)",
            Source = IncidentSource.Operator,
        },
        Status = new IncidentStatus
        {
            Phase = IncidentPhase.Resolved,
            Reason = "StayedWell",
            Message = "it stayed well for 1m00s",
            WorkloadUid = "uid-2",
            Policy = "checkout",
            OnsetAt = Onset,
            DetectedAt = At(15),
            MitigatedAt = At(61),
            EndedAt = At(121),
            TimeToDetect = "15s",
            TimeToMitigate = "1m01s",
            Cause = "BadRelease",
            Confidence = "0.97",
            LastAction = "Rollback/Succeeded",
            Attempt = 1,
            Signals = [new SignalRecord { Name = "errors", Fired = "31% of requests fail (limit 5%)", Message = "0% of requests fail (limit 5%)", FirstSeen = At(10), State = "Healthy" }],
            Suspect = new RevisionRecord { Hash = "b5d4", Number = "2", ReplicaSet = "checkout-7c9", Images = "shop/checkout:2", StartedAt = At(-5) },
            KnownGood = new RevisionRecord { Hash = "a1c2", Number = "1", ReplicaSet = "checkout-5f8", Images = "shop/checkout:1" },
            Findings =
            [
                new FindingRecord { Id = "f1", Kind = "Change", Source = "rollout", Time = At(-5), Strength = "0.6", Message = "revision b5d4 was rolled out 5s before the trouble", Ref = "replicaset/checkout-7c9" },
                new FindingRecord { Id = "f2", Kind = "Series", Source = "revisions", Time = At(15), Strength = "0.9", Message = "the new revision fails 31% of http_requests_total, the old one 0%", Ref = "signal/errors" },
                new FindingRecord { Id = "f3", Kind = "Change", Source = "neighbours", Time = At(-60), Strength = "0.8", Message = "cart was released 1m00s before the trouble; checkout does not call it", Ref = "deployment/cart" },
            ],
            Gaps = ["no Events could be read"],
            Hypotheses =
            [
                new HypothesisRecord { Cause = "BadRelease", Subject = "release b5d4 (revision 2) of checkout", Confidence = "0.97", Verdict = "Accepted", Reason = "it explains the evidence", For = ["f1", "f2"] },
                new HypothesisRecord { Cause = "NeighbourRelease", Subject = "release of cart", Confidence = "0.12", Verdict = "Rejected", Reason = "old pods of checkout are healthy", Against = ["f3"] },
            ],
            Decisions =
            [
                new DecisionRecord
                {
                    Time = At(20), Attempt = 1, Action = "Rollback", Verdict = "Allow", Reason = "GatesAllow", Message = "return to revision a1c2",
                    Gates = [new GateRecord { Gate = "EmergencyStop", Verdict = "Allow", Reason = "not stopped" }, new GateRecord { Gate = "Confidence", Verdict = "Allow", Reason = "0.97 is at least 0.8" }],
                },
            ],
            Actions =
            [
                new ActionRecord
                {
                    Key = "uid-1/1", Attempt = 1, Action = "Rollback", State = ActionState.Succeeded, TargetUid = "uid-2", TargetGeneration = 2, FromRevision = "b5d4", ToRevision = "a1c2",
                    TargetReplicaSet = "checkout-5f8", PlannedAt = At(20), AppliedAt = At(21), RolledOutAt = At(40), FinishedAt = At(61), Message = "3 checks in a row were healthy",
                    Before = [new MeasureRecord { Signal = "errors", Value = "0.31" }],
                    Checks = [new CheckRecord { Time = At(51), Result = "Healthy", Message = "errors 0" }, new CheckRecord { Time = At(56), Result = "Unknown", Message = "no traffic" }, new CheckRecord { Time = At(61), Result = "Healthy", Message = "errors 0" }],
                },
            ],
            Timeline =
            [
                new TimelineRecord { Time = At(15), Phase = IncidentPhase.Observing, Reason = "SignalFiring", Message = "errors is firing" },
                new TimelineRecord { Time = At(16), Phase = IncidentPhase.Orienting, Reason = "Lasted", Message = "the trouble lasts" },
                new TimelineRecord { Time = At(18), Phase = IncidentPhase.Deciding, Reason = "Diagnosed", Message = "BadRelease with 0.97" },
                new TimelineRecord { Time = At(20), Phase = IncidentPhase.Acting, Reason = "GatesAllow", Message = "roll back to revision a1c2" },
                new TimelineRecord { Time = At(21), Phase = IncidentPhase.Verifying, Reason = "Applied", Message = "the API server accepted it" },
                new TimelineRecord { Time = At(61), Phase = IncidentPhase.Mitigated, Reason = "Verified", Message = "3 checks in a row were healthy" },
                new TimelineRecord { Time = At(121), Phase = IncidentPhase.Resolved, Reason = "StayedWell", Message = "it stayed well for 1m00s" },
            ],
            Postmortem = new PostmortemReference { ConfigMap = "postmortem-checkout-x7k2p", Key = "postmortem.md" },
        },
    };
}
