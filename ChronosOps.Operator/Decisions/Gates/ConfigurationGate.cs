using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// What the target revision refers to must be there and be what it was when the revision served well. A change that the revision outlived (it
/// served well with it for as long as it takes to prove itself) does not count.
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

        var lastGood = context.Bundle.KnownGood.FirstOrDefault(revision => revision.Revision == target.Hash)?.LastGoodAt - context.Policy.KnownGoodDuration;
        foreach (var reference in target.Facts.ConfigReferences)
        {
            var fact = context.Bundle.Configs.FirstOrDefault(config => config.Reference.Kind == reference.Kind && config.Reference.Name == reference.Name);
            if (Judge(reference.Kind, reference.Name, reference.Optional, fact, lastGood) is { } verdict)
            {
                return verdict;
            }
        }

        return GateVerdict.Allow(target.Facts.ConfigReferences.Count == 0 ? "the target refers to no configuration" : "the target's configuration is as it was");
    }

    private static GateVerdict? Judge(string kind, string name, bool optional, ConfigFact? fact, DateTimeOffset? lastGood)
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

        return lastGood is { } good && changed <= good
            ? null
            : GateVerdict.Deny($"{kind}Edited", $"{kind} {name} was changed in place at {changed:HH:mm:ss}Z, too late for the target to have proved itself with it");
    }
}
