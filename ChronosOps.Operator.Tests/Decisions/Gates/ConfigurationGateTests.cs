using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class ConfigurationGateTests
{
    private static readonly GateTable Table = new(new ConfigurationGate())
    {
        { "the target refers to nothing", c => c },
        { "a ConfigMap is as it was", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -86400)) },
        { "a ConfigMap was changed in place after the target had proved itself", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -20)), Verdict.Deny, "ConfigMapEdited" },
        { "the target's pods served on for an hour after the change, and had started before it", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -3599)), Verdict.Deny, "ConfigMapEdited" },
        { "the target's pods started in the second of the change", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -3600)) },
        { "nobody knows when the target's pods started", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -86400), started: null), Verdict.Deny, "ConfigMapEdited" },
        { "a Secret was changed in place", c => With(c, "Secret", Fact("Secret", exists: true, changed: -20)), Verdict.Deny, "SecretEdited" },
        { "a ConfigMap is gone", c => With(c, "ConfigMap", Fact("ConfigMap", exists: false, changed: null)), Verdict.Deny, "ConfigMapGone" },
        { "a Secret is gone", c => With(c, "Secret", Fact("Secret", exists: false, changed: null)), Verdict.Deny, "SecretGone" },
        { "an optional ConfigMap is gone", c => With(c, "ConfigMap", Fact("ConfigMap", exists: false, changed: null), optional: true) },
        { "a Secret may not be looked at", c => With(c, "Secret", Fact("Secret", exists: null, changed: null)), Verdict.Deny, "SecretStateUnknown" },
        { "an optional Secret may not be looked at", c => With(c, "Secret", Fact("Secret", exists: null, changed: null), optional: true), Verdict.Deny, "SecretStateUnknown" },
        { "a ConfigMap was not looked at", c => With(c, "ConfigMap", null), Verdict.Deny, "ConfigMapStateUnknown" },
        { "nobody knows when a ConfigMap was changed", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: null)), Verdict.Deny, "ConfigMapStateUnknown" },
        { "nobody knows when the target served well", c => With(c, "ConfigMap", Fact("ConfigMap", exists: true, changed: -86400)).Bundle(b => b with { KnownGood = [] }), Verdict.Deny, "ConfigMapEdited" },
        { "the target's account is there", c => Needing(c, "ServiceAccount", exists: true) },
        { "the target's account is gone", c => Needing(c, "ServiceAccount", exists: false), Verdict.Deny, "ServiceAccountGone" },
        { "a claim of the target is gone", c => Needing(c, "PersistentVolumeClaim", exists: false), Verdict.Deny, "PersistentVolumeClaimGone" },
        { "the target's priority class may not be looked at", c => Needing(c, "PriorityClass", exists: null), Verdict.Deny, "PriorityClassStateUnknown" },
        { "the target's account was not looked at", c => Needing(c, "ServiceAccount", exists: true).Bundle(b => b with { Prerequisites = [] }), Verdict.Deny, "ServiceAccountStateUnknown" },
        { "the running revision has the same account, which is gone", c => Needing(c, "ServiceAccount", exists: false).Workload(w => w with { Current = w.Current with { Prerequisites = [new("ServiceAccount", "shop")] } }) },
        { "the running revision has another account", c => Needing(c, "ServiceAccount", exists: false).Workload(w => w with { Current = w.Current with { Prerequisites = [new("ServiceAccount", "market")] } }), Verdict.Deny, "ServiceAccountGone" },
        { "there is no target", c => c.To(null), Verdict.Deny, "NoTarget" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    /// <summary>The target was last seen good thirty seconds ago. The pods that it proved itself with started an hour ago.</summary>
    private static GateContext With(GateContext context, string kind, ConfigFact? fact, bool optional = false, double? started = -3600) => context
        .Bundle(bundle => bundle with
        {
            Configs = fact is null ? [] : [fact],
            KnownGood = [bundle.KnownGood[0] with { StartedAt = started is { } at ? SampleWorkload.At(at) : null }],
        })
        .To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { ConfigReferences = [new ConfigReference(kind, "settings", optional)] } });

    private static GateContext Needing(GateContext context, string kind, bool? exists) => context
        .Bundle(bundle => bundle with { Prerequisites = [new PrerequisiteFact(new Prerequisite(kind, "shop"), exists)] })
        .To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { Prerequisites = [new Prerequisite(kind, "shop")] } });

    private static ConfigFact Fact(string kind, bool? exists, double? changed) =>
        new(new ConfigReference(kind, "settings", false), exists, changed is { } at ? SampleWorkload.At(at) : null, [SampleWorkload.Old]);
}
