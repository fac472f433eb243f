using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Makes the report of an outcome. Pure.</summary>
internal static class Reporting
{
    /// <summary>A history that begins this soon is a whole one: not every series has its first point at once.</summary>
    private static readonly TimeSpan FullHistory = TimeSpan.FromHours(1);

    public static BacktestReport Of(BacktestOutcome outcome)
    {
        var (incidents, held) = (outcome.Incidents.ToList(), outcome.HeldDown.ToList());
        var tallies = outcome.Followed.SelectMany(one => one.Signals).ToList();
        var total = tallies.Sum(tally => tally.Total);
        return new BacktestReport
        {
            Version = 1,
            Policy = outcome.Policy.Name,
            Namespace = outcome.Policy.Namespace,
            Mode = outcome.Policy.Mode.ToString(),
            From = outcome.From,
            To = outcome.To,
            IntervalSeconds = outcome.Interval.TotalSeconds,
            Summary = new ReportSummary
            {
                Workloads = outcome.Followed.Count,
                Evaluations = (int)((outcome.To - outcome.From) / outcome.Interval) + 1,
                Incidents = incidents.Count,
                IncidentsPerWeek = Math.Round(incidents.Count / ((outcome.To - outcome.From).TotalDays / 7), 2),
                Dismissed = incidents.Count(incident => incident.Status.Phase == IncidentPhase.Dismissed),
                WouldAct = incidents.Count(incident => incident.Proposal is { Verdict: Verdict.Allow }),
                BySignal = new SortedDictionary<string, int>(incidents.GroupBy(incident => incident.Signal).ToDictionary(same => same.Key, same => same.Count()), StringComparer.Ordinal),
                UnknownShare = total == 0 ? 1 : Math.Round((double)tallies.Sum(tally => tally.Of(SignalState.Unknown)) / total, 4),
                HeldDown = held.Count,
                Flapping = [.. Flapping(outcome)],
            },
            Incidents = [.. incidents.Select(incident => Of(incident, outcome.To))],
            HeldDown = [.. held.Select(hold => Of(hold, outcome.To))],
            Workloads = [.. outcome.Followed.Select(Of)],
            NotKnown = NotKnown(outcome, incidents),
        };
    }

    private static IEnumerable<ReportFlapping> Flapping(BacktestOutcome outcome) =>
        from followed in outcome.Followed
        from flap in followed.Flaps
        orderby followed.Workload.Key.Name, flap.Signal
        select new ReportFlapping(
            followed.Workload.Key.Name, flap.Signal, followed.Incidents.Count(incident => incident.Status.Signals.Exists(signal => signal.Name == flap.Signal)),
            followed.HeldDown.Count(hold => hold.Signals.Contains(flap.Signal)), flap.Since);

    private static ReportHold Of(PastHold hold, DateTimeOffset end) => new()
    {
        Workload = hold.Workload.Name,
        Kind = hold.Workload.Kind.ToString(),
        Signal = hold.Signal,
        Signals = [.. hold.Signals],
        Message = hold.Message,
        Value = Rounded(hold.Value),
        OnsetAt = hold.OnsetAt,
        HeldDownFrom = hold.From,
        EndedAt = hold.To,
        DurationSeconds = ((hold.To ?? end) - hold.OnsetAt).TotalSeconds,
    };

    private static double? Rounded(double? value) => value is { } known ? Math.Round(known, 6) : null;

    private static ReportIncident Of(PastIncident incident, DateTimeOffset end)
    {
        var accepted = incident.Assessment?.Diagnosis.Accepted;
        return new ReportIncident
        {
            Workload = incident.Workload.Name,
            Kind = incident.Workload.Kind.ToString(),
            Signal = incident.Signal,
            Signals = [.. incident.Status.Signals.Select(signal => signal.Name)],
            Message = incident.Message,
            Value = Rounded(incident.Value),
            OnsetAt = incident.OnsetAt,
            DetectedAt = incident.DetectedAt,
            HeldDownFrom = incident.HeldDownFrom,
            EndedAt = incident.EndedAt,
            DurationSeconds = ((incident.EndedAt ?? end) - incident.OnsetAt).TotalSeconds,
            Phase = incident.Status.Phase.ToString()!,
            PhaseReason = incident.Status.Reason ?? "",
            Revision = incident.Revision,
            RolledOutAt = incident.RolledOutAt,
            Cause = incident.Assessment is null ? null : accepted?.Cause.ToString() ?? "Unknown",
            Subject = accepted?.Subject,
            Confidence = incident.Assessment is null ? null : Math.Round(accepted?.Confidence ?? 0, 3),
            Findings = [.. (incident.Assessment?.Diagnosis.Findings ?? []).Select(finding => finding.Message)],
            NotRead = incident.NotRead is { Count: > 0 } missing ? missing : null,
            Would = incident.Proposal is { } proposal ? Of(proposal) : null,
        };
    }

    private static ReportProposal Of(Proposal proposal) => new()
    {
        Action = proposal.Action,
        Verdict = proposal.Verdict.ToString(),
        Reason = proposal.Reason,
        Message = proposal.Message,
        Gates = [.. proposal.Gates.Select(gate => new ReportGate(gate.Gate, gate.Verdict.Verdict.ToString(), gate.Verdict.Message))],
        GatesNotAsked = proposal.NotAsked,
    };

    private static ReportWorkload Of(PastFollower followed) => new(
        followed.Workload.Key.Name,
        followed.Workload.Key.Kind.ToString(),
        [.. followed.Workload.Rollouts.Select(rollout => new ReportRollout(rollout.At, rollout.Revision))],
        [
            .. followed.Signals.Select(tally => new ReportSignal(
                tally.Signal.Name, tally.Of(SignalState.Healthy), tally.Of(SignalState.Pending), tally.Of(SignalState.Firing), tally.Of(SignalState.Unknown), tally.Unknown)),
        ]);

    private static List<string> NotKnown(BacktestOutcome outcome, List<PastIncident> incidents)
    {
        var policy = outcome.Policy;
        var kind = policy.WorkloadKind;
        List<string> lines =
        [
            "States of containers, pods and nodes are not in the series: crash loops, images that cannot be pulled, rollouts that do not progress and memory that ran out raise nothing here, and live they would. A pod that was scraped counts as ready.",
            "Confidence is from series alone: Events, configuration, Services, NetworkPolicies and other workloads of that time could raise or lower it, and name another cause.",
            "Nothing was done: what follows an incident is what came without help. What the gates that were not asked would have said is not known.",
            kind == WorkloadKind.Deployment
                ? "A release is a new pod-template-hash: a kubectl rollout restart looks like one, and a return to an earlier release is seen with its first new pod."
                : $"The names of a {kind}'s pods do not tell a revision: releases are not seen, and new is not compared with old.",
            "What was before the history is not known: a release that was there at its beginning counts as a day older than that, and proves itself anew.",
        ];
        if (incidents.FindAll(incident => incident.NotRead.Count > 0) is { Count: > 0 } blind)
        {
            lines.Insert(0, $"Of {blind.Count} of the {incidents.Count} incidents the evidence is not whole, since the history could not be read ({blind[0].NotRead[0]}): their cause, confidence, findings and action may be others. Another run may tell, or a longer --prometheus-timeout.");
        }

        if (policy.Origin != SeriesOrigin.Own)
        {
            lines.Add($"spec.prometheus of the policy names {policy.Origin}: the history was read from where the command line says, and whether the operator would let the policy name that is not known.");
        }

        if (policy.Signals.Any(signal => signal.IsLearnt))
        {
            var depth = Learner.DepthOf(policy);
            lines.Add(outcome.LearntFrom is { } begin && begin <= outcome.From - depth + FullHistory
                ? $"What is usual was learnt from the {depth.TotalDays} days before the first evaluation, of pods whose names tell whose they are."
                : $"What is usual is learnt from the {depth.TotalDays} days before the first evaluation: {(outcome.LearntFrom is { } first ? $"of those there is nothing before {Terminal.Time(first)}" : "of those there is nothing")}. Until enough is known, such a signal is judged by its threshold alone, and without one it is Unknown.");
        }

        if (policy.Selector is not null)
        {
            lines.Add("The policy's label selector cannot be resolved: labels of workloads are not in the series. All workloads of the kind are judged that have series in the namespace; --workload NAME takes one.");
        }

        if (outcome.Strangers.Count > 0)
        {
            lines.Add($"Of {outcome.Strangers.Count} pods it cannot be told that they belong to a {kind}, such as {outcome.Strangers.Order(StringComparer.Ordinal).First()}: they are left out.");
        }

        return lines;
    }
}
