using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>A workload that the template names as a host, or that is declared, and that was ill or released before the trouble began, or calls to which fail or take longer: then the trouble is likely to be its.</summary>
public sealed class DependencyAnalyser : IAnalyser
{
    private const string Source = "dependencies";

    /// <summary>Trouble travels fast, and the two are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    /// <summary>Pods that are not ready for longer than this harm nobody who begins to suffer now.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle.DeclaredNowhere.Count > 0)
        {
            @case.Find(EvidenceKind.Dependency, Source, null, 0.1, $"{ApiGroup.DependsOnAnnotation} names {string.Join(", ", bundle.DeclaredNowhere)}: neither a Service nor a workload that serves in namespace {bundle.Workload.Key.Namespace}", bundle.Workload.Key.Reference);
        }

        foreach (var dependency in bundle.Dependencies)
        {
            var released = bundle.OnsetAt - dependency.RolloutStartedAt ?? TimeSpan.MaxValue;
            var isRecent = released > -Slack && released <= Recent;
            if (dependency is { Trouble: null, CallsAreWorse: false } && !isRecent)
            {
                continue;
            }

            var subject = dependency.Incident is { } incident ? $"{dependency.Name} (incident {incident})" : dependency.Name;
            @case.For(Cause.DependencyFailure, subject, Relation(bundle, @case, dependency));
            Trouble(bundle, @case, dependency, subject);
            if (isRecent)
            {
                @case.For(Cause.DependencyFailure, subject, @case.Find(EvidenceKind.Change, Source, dependency.RolloutStartedAt, 0.2, $"release {dependency.Revision} of {dependency.Name} began {Ago(released)} the trouble", dependency.Reference));
            }

            AgainstIt(bundle, @case, subject, dependency);
        }

        AgainstTheRelease(bundle, @case);
    }

    /// <summary>A release that served well until calls began to fail, or to take longer, is no better suspect than what is called. What memory that grows does comes late, and makes calls fail too.</summary>
    private static void AgainstTheRelease(EvidenceBundle bundle, Case @case)
    {
        if (bundle.WellBefore is { } well && bundle.Dependencies.FirstOrDefault(dependency => dependency.CallsAreWorse) is { } called
            && !Proof.NeedsTime(bundle) && Confinement.ToTheNewRevision(bundle) is null)
        {
            var until = @case.Find(EvidenceKind.Dependency, Source, bundle.OnsetAt, 0.5, $"the running revision served well for {Quantities.Format(well)} until calls to {called.Name} began to {(called.CallsFail ? "fail" : "take longer")}", called.Reference);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), until);
        }
    }

    private static Finding Relation(EvidenceBundle bundle, Case @case, DependencyFact dependency) => dependency.CallsFail
        ? @case.Find(EvidenceKind.Dependency, Source, null, 0.6, $"calls of {bundle.Workload.Key.Name} to {dependency.Name} fail, by the service graph", dependency.Reference)
        : dependency.SlowerCalls is { } slower
        ? @case.Find(EvidenceKind.Dependency, Source, null, 0.6, $"calls of {bundle.Workload.Key.Name} to {dependency.Name} take {Milliseconds(slower.Now)} on average, {Milliseconds(slower.Before)} before the trouble", dependency.Reference)
        : dependency.IsDeclared
        ? @case.Find(EvidenceKind.Dependency, Source, null, 0.5, $"{bundle.Workload.Key.Name} declares that it depends on {dependency.Name}", dependency.Reference)
        : @case.Find(EvidenceKind.Dependency, Source, null, 0.5, $"{bundle.Workload.Key.Name} names {dependency.Name} as a host that it talks to", dependency.Reference);

    private static void Trouble(EvidenceBundle bundle, Case @case, DependencyFact dependency, string subject)
    {
        if (dependency.Trouble is not { } trouble)
        {
            return;
        }

        var ill = @case.Find(dependency.IsMeasured ? EvidenceKind.Series : EvidenceKind.ContainerState, Source, dependency.TroubleSince, 0.8, $"{dependency.Name} is ill itself: {trouble}", dependency.Reference);
        if (dependency.TroubleSince - bundle.OnsetAt > Slack)
        {
            @case.Against(Cause.DependencyFailure, subject, ill, 0.7);
        }
        else
        {
            // Since when is not known, or for long: it may have been so for months without any harm.
            var isOld = dependency.TroubleSince is not { } since || (!dependency.IsMeasured && bundle.OnsetAt - since > Old);
            @case.For(Cause.DependencyFailure, subject, ill, isOld ? 0.3 : 0.8);
        }
    }

    /// <summary>The old revision talks to the same hosts: while it is well, they are not to blame. Pods of it that started before these fell ill show only that they are not needed later.</summary>
    private static void AgainstIt(EvidenceBundle bundle, Case @case, string subject, DependencyFact dependency)
    {
        if (Confinement.Despite(bundle, dependency) is { } kind)
        {
            var confined = @case.Find(kind, Source, null, 0.8, $"the trouble is confined to the new revision of {bundle.Workload.Key.Name}; its old revision talked to {dependency.Name} too and was well", dependency.Reference);
            @case.Against(Cause.DependencyFailure, subject, confined);
        }
    }

    private static string Milliseconds(double seconds) => $"{Quantities.Format(Math.Round(seconds * 1000))}ms";

    private static string Ago(TimeSpan before) => before >= TimeSpan.Zero ? $"{Quantities.Format(before)} before" : $"{Quantities.Format(-before)} after";
}
