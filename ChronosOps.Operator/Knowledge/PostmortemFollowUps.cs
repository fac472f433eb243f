using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using static ChronosOps.Operator.Knowledge.PostmortemMarkdown;

namespace ChronosOps.Operator.Knowledge;

/// <summary>What is left to do for people, derived from cause, signals, actions and gaps alone: the same incident always gives the same list.</summary>
internal static class PostmortemFollowUps
{
    public static IReadOnlyList<string> Of(Incident incident)
    {
        var status = incident.Status ?? new IncidentStatus();
        return [.. OfOutcome(status), .. OfCause(incident, status), .. OfSignals(status), .. OfActions(incident, status), .. status.Gaps.Select(gap => $"Close this gap in the evidence: {Text(gap)}")];
    }

    private static IEnumerable<string> OfOutcome(IncidentStatus status)
    {
        if (status.Phase is IncidentPhase.Escalated)
        {
            yield return $"Decide what to do now: the operator stopped at {Text(status.Reason)} ({Text(status.Message)})";
        }
        else if (status.Phase is IncidentPhase.Failed)
        {
            yield return $"Find out why the operator could not do its job: {Text(status.Reason)} ({Text(status.Message)})";
        }
    }

    private static IEnumerable<string> OfCause(Incident incident, IncidentStatus status)
    {
        var subject = Text(status.Hypotheses.FirstOrDefault(h => h.Verdict == "Accepted")?.Subject ?? "what is blamed");
        switch (status.Cause)
        {
            case "BadRelease":
                yield return $"Fix revision {Revision(status.Suspect)} before it is released again";
                if (status.KnownGood is { } good)
                {
                    yield return $"Find the change between revision {Revision(good)} and revision {Revision(status.Suspect)}";
                }

                yield return "Add a check to the pipeline that would have failed for this release";
                break;
            case "BadConfiguration":
                yield return $"Restore {subject}, then give configuration a new name with every change, so that a rollback brings it back too";
                foreach (var command in OfKept(incident, status))
                {
                    yield return command;
                }

                break;
            case "NeighbourRelease":
                yield return $"Tell the owners of {subject}: the trouble began with their change";
                break;
            case "PodFault":
                yield return $"Find out why {subject} went wrong by itself, while the others were well: its node, its connections, what it had cached";
                yield return "Add a liveness probe that fails in that state: then the kubelet restarts the container, without an incident";
                break;
            case "Leak":
                yield return "Find what the containers do not let go of: a heap dump or a memory profile of a pod that has run for long, before it is restarted the next time";
                yield return "Until that is mended, restart the pods before the limit is reached, or give them more memory for a longer time between";
                break;
            case "ProbeMisconfigured":
                yield return $"Mend the probe that revision {Revision(status.Suspect)} changed, and try it against a running container before it is released again";
                break;
            case "ServiceMismatch":
                yield return $"Put the Service right where its manifest is kept: {subject}";
                break;
            case "NetworkPolicyBlock":
                yield return $"Let the workload's traffic through, or take the policy back: {subject}";
                break;
            case "JobFailure":
                yield return $"Find out why it failed and run it again: {subject}";
                break;
            case "MissedRun":
                yield return $"See why no run began, and whether one has to be made up for: {subject}";
                break;
            case "NodeFault":
                yield return $"See to {subject}: cordon and drain it, and find out what ails it";
                break;
            case "NoisyNeighbour":
                yield return $"Give {subject} limits, or nodes of their own, and this workload requests that say what it needs: a node shares its processors by requests";
                break;
            case "DependencyFailure":
                yield return $"See to {subject} first: this workload suffers from it";
                yield return "Think about what this workload should do while it is away: answer less, from a cache, or later";
                break;
            case "Overload":
                yield return $"Give the workload more replicas, or a HorizontalPodAutoscaler: {subject}";
                break;
            case "Quota":
                yield return $"Raise the {subject}, or have the workloads in it ask for less";
                break;
            case "NoRoom":
                yield return "Add nodes, or have the workload ask for less of them";
                break;
            case "ImageUnavailable":
                yield return $"Have {subject} again, for new pods too: see to the registry, the credentials that pull from it, and the nodes' way there";
                yield return "Keep images in the registry for as long as a release that names them may run or be returned to";
                break;
            case "ScaledToZero":
                yield return $"Ask who scaled {subject} to 0, and why";
                break;
            default:
                yield return "Find the cause: the evidence at hand does not explain it";
                break;
        }
    }

    /// <summary>The commands for what was kept of the ConfigMap that is blamed, where a finding says that it differs.</summary>
    private static IEnumerable<string> OfKept(Incident incident, IncidentStatus status)
    {
        var accepted = status.Hypotheses.FirstOrDefault(h => h.Verdict == "Accepted")?.Subject?.Split(' ');
        if (accepted is not ["ConfigMap", var name] || !status.Findings.Exists(finding => finding.Ref == $"configmap/{KeptConfigMaps.NameOf(name)}"))
        {
            yield break;
        }

        var (ns, source, kept) = (Word(incident.Namespace()), Word(name), Word(KeptConfigMaps.NameOf(name)));
        yield return $"Compare it with what was kept while it was known good: `kubectl -n {ns} get configmap {source} {kept} -o yaml`";
        yield return $"To put that back: `{KeptConfigMaps.RestoreCommand(ns, source)}` shows which keys change, and `--yes` writes it";
    }

    private static IEnumerable<string> OfSignals(IncidentStatus status)
    {
        var names = status.Signals.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Contains("CrashLoop"))
        {
            yield return $"Start the images with the workload's configuration outside the cluster: they end by themselves ({Cell(status.Suspect?.Images)})";
        }

        if (names.Contains("ImagePullFailure"))
        {
            yield return $"Make sure that these images exist and may be pulled: {Cell(status.Suspect?.Images)}";
        }

        if (names.Contains("EndpointsMissing"))
        {
            yield return "Look at what the Services of the workload select: kubectl get endpoints";
        }

        if (names.Contains("RolloutNotProgressing"))
        {
            yield return "Find out why the new pods did not become ready: readiness probe, resources, scheduling, quota or admission";
        }

        if (names.Contains("OutOfMemory"))
        {
            yield return "See whether the memory limit fits what the containers need";
        }

        if (names.Contains("Restarting"))
        {
            yield return "Find out why the containers end: kubectl logs --previous, their exit codes, and whether a liveness probe ends them";
        }

        if (names.Contains("NotReady"))
        {
            yield return "Find out what the readiness probe of the pods waits for that was there before";
        }
    }

    private static IEnumerable<string> OfActions(Incident incident, IncidentStatus status)
    {
        var rolledBack = status.Actions.LastOrDefault(a => a is { Action: "Rollback", State: ActionState.Succeeded or ActionState.Applied or ActionState.Inconclusive });
        if (rolledBack is not null)
        {
            yield return $"Change the manifest of {Text(incident.Spec.WorkloadRef.Name)} where it is kept: it still names the revision that was rolled back, and the next apply or upgrade would bring it back";
        }

        if (status.Actions.Exists(a => a is { Action: "Restart", State: ActionState.Succeeded }))
        {
            yield return "A restart may only have bought time: the incident stays Mitigated until the new pods have outlived the old ones";
        }

        if (status.Reason == "ReplicasStay")
        {
            yield return $"Write the replicas that {Text(incident.Spec.WorkloadRef.Name)} has now where its manifest is kept, or let it have fewer: what was added was not handed back ({Text(status.Message)})";
        }

        foreach (var unknown in status.Actions.Where(a => a.State is ActionState.OutcomeUnknown))
        {
            yield return $"Look whether action {Text(unknown.Key)} took effect; it will not be repeated";
        }
    }

    private static string Revision(RevisionRecord? revision) =>
        revision is null ? "(unknown)" : Text(revision.Hash) + (string.IsNullOrEmpty(revision.Images) ? "" : $" ({Text(revision.Images)})");
}
