using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>ConfigMaps and Secrets that were changed in place or are gone.</summary>
public sealed class ConfigurationAnalyser : IAnalyser
{
    private static readonly TimeSpan Close = TimeSpan.FromMinutes(10);

    /// <summary>A mounted ConfigMap reaches the pods within about a minute and a half.</summary>
    private static readonly TimeSpan VeryClose = TimeSpan.FromMinutes(2);

    /// <summary>The onset is the beginning of the step in which the trouble was measured, and clocks differ.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var current = bundle.Workload.Current.Revision;
        foreach (var config in bundle.Configs.Where(config => config.Revisions.Contains(current)))
        {
            var subject = $"{config.Reference.Kind} {config.Reference.Name}";
            var reference = $"{config.Reference.Kind.ToLowerInvariant()}/{config.Reference.Name}";
            if (config.Exists == false && !config.Reference.Optional)
            {
                @case.For(Cause.BadConfiguration, subject, @case.Find(EvidenceKind.Change, "configuration", null, 0.6, $"{subject} does not exist", reference));
            }
            else if (config.ChangedAt is { } changed && changed > bundle.OnsetAt - Close)
            {
                Changed(bundle, @case, subject, reference, changed);
            }
        }
    }

    private static void Changed(EvidenceBundle bundle, Case @case, string subject, string reference, DateTimeOffset changed)
    {
        var before = bundle.OnsetAt - changed;
        var when = before >= TimeSpan.Zero ? $"{Quantities.Format(before)} before" : $"{Quantities.Format(-before)} after";
        var finding = @case.Find(EvidenceKind.Change, "configuration", changed, 0.4, $"{subject} was changed in place {when} the trouble", reference);
        if (before < -ClockSlack)
        {
            @case.Against(Cause.BadConfiguration, subject, finding, 0.9);
            return;
        }

        @case.For(Cause.BadConfiguration, subject, finding, before <= VeryClose ? 0.5 : 0.4);
        if (bundle.KnownGood.FirstOrDefault(good => good.Revision == bundle.Workload.Current.Revision && good.ProvenAt <= changed) is { } proven)
        {
            var was = @case.Find(EvidenceKind.Change, "configuration", proven.ProvenAt, 0.5, $"the running revision had proved itself before {subject} was changed, and is the same", reference);
            @case.For(Cause.BadConfiguration, subject, was);
        }

        if (changed < bundle.Workload.RolloutStartedAt && bundle.KnownGood.Any(good => good.Revision != bundle.Workload.Current.Revision && good.LastGoodAt > changed))
        {
            var served = @case.Find(EvidenceKind.Series, "configuration", null, 0.7, $"the revision before served well after {subject} was changed", reference);
            @case.Against(Cause.BadConfiguration, subject, served);
        }
    }
}
