using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>All analysers, in the order in which they speak. Adding one is a file and a line.</summary>
public static class Analysers
{
    private static readonly IReadOnlyList<IAnalyser> All =
    [
        new RolloutAnalyser(),
        new ContainerStateAnalyser(),
        new StagedReleaseAnalyser(),
        new RefusalAnalyser(),
        new UnbegunAnalyser(),
        new ImageAnalyser(),
        new RestartAnalyser(),
        new RevisionComparisonAnalyser(),
        new PodComparisonAnalyser(),
        new ServiceAnalyser(),
        new NetworkPolicyAnalyser(),
        new NodeAnalyser(),
        new NoisyNeighbourAnalyser(),
        new JobAnalyser(),
        new CronJobAnalyser(),
        new LoadAnalyser(),
        new ConfigurationAnalyser(),
        new ConfigurationStartAnalyser(),
        new NeighbourAnalyser(),
        new DependencyAnalyser(),
        new FellIllTooAnalyser(),
        new EarlierAnalyser(),
        new LeakAnalyser(),
        new ProbeAnalyser(),
    ];

    /// <summary>What the evidence says.</summary>
    public static Diagnosis Diagnose(EvidenceBundle bundle)
    {
        var @case = new Case();
        foreach (var analyser in All)
        {
            analyser.Analyse(bundle, @case);
        }

        return Judge.Decide(@case, bundle.Gaps);
    }

    /// <summary>How the current release is called among the hypotheses.</summary>
    internal static string ReleaseOf(EvidenceBundle bundle)
    {
        var revision = bundle.Workload.CurrentRevision;
        var number = revision is null ? "" : $" (revision {revision.Number})";
        return $"release {bundle.Workload.Current.Revision}{number} of {bundle.Workload.Key.Name}";
    }
}
