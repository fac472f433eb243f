using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// What the target revision needs and the current one does not (service account, priority class, claims of volumes) must be there. What it refers to must be there and be what it was when the revision served well. A change does not count where the revision has started with it since, and then
/// served well for as long as it takes to prove itself. That pods which had started before served on proves nothing of those that would start now.
/// </summary>
public sealed class ConfigurationGate : IGate
{
    public string Name => "Configuration";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Step.Target is not { } target)
        {
            return GateVerdict.Deny("NoTarget", "there is no revision whose configuration could be checked");
        }

        foreach (var needed in target.Facts.Prerequisites.Except(context.Bundle.Workload.Current.Prerequisites))
        {
            var isThere = context.Bundle.Prerequisites.FirstOrDefault(one => one.Needed == needed)?.Exists;
            if (isThere != true)
            {
                return isThere == false
                    ? GateVerdict.Deny($"{needed.Kind}Gone", $"pods of the target need {needed.Kind} {needed.Name}, which no longer exists")
                    : GateVerdict.Deny($"{needed.Kind}StateUnknown", $"pods of the target need {needed.Kind} {needed.Name}, which the running revision does not name and which could not be looked at (the right to get it may be missing)");
            }
        }

        var good = context.Bundle.KnownGood.FirstOrDefault(revision => revision.Revision == target.Hash);
        foreach (var reference in target.Facts.ConfigReferences)
        {
            var fact = context.Bundle.Configs.FirstOrDefault(config => config.Reference.Kind == reference.Kind && config.Reference.Name == reference.Name);
            if (Judge(reference.Kind, reference.Name, reference.Optional, fact, good) is { } verdict)
            {
                return verdict;
            }
        }

        return GateVerdict.Allow(target.Facts.ConfigReferences.Count == 0 ? "the target refers to no configuration" : "the target's configuration is as it was");
    }

    private static GateVerdict? Judge(string kind, string name, bool optional, ConfigFact? fact, GoodRevision? good)
    {
        if (fact?.Exists is not { } exists)
        {
            var hint = kind == "Secret" ? " (reading metadata of Secrets is off: rbac.readSecretMetadata)" : "";
            return GateVerdict.Deny($"{kind}StateUnknown", $"the target refers to {kind} {name}, which could not be looked at{hint}");
        }

        if (!exists)
        {
            return optional ? null : GateVerdict.Deny($"{kind}Gone", $"the target refers to {kind} {name}, which no longer exists");
        }

        if (fact.ChangedAt is not { } changed)
        {
            return GateVerdict.Deny($"{kind}StateUnknown", $"it cannot be told when {kind} {name} was last changed");
        }

        return good?.StartedWith(changed) == true
            ? null
            : GateVerdict.Deny($"{kind}Edited", $"{kind} {name} was changed in place at {changed:HH:mm:ss}Z, and no pods of the target are known to have started with it and served well");
    }
}
