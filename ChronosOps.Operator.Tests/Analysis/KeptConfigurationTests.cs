using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that served well for a day, and a ConfigMap of it that was changed ten seconds before the trouble.</summary>
public sealed class KeptConfigurationTests
{
    private static readonly DateTimeOffset Changed = SampleBundle.Onset.AddSeconds(-10);

    [Fact]
    public void TheKeysThatDifferFromWhatWasKeptAreNamed()
    {
        var (diagnosis, choice) = Judge("2");
        Assert.Equal((Cause.BadConfiguration, "ConfigMap settings"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        var finding = diagnosis.Accepted!.For.Single(argument => argument.Finding.Ref == "configmap/settings-known-good").Finding;
        Assert.Equal("since ConfigMap settings was kept as known good at 2024-01-01 11:00:00Z: changed level", finding.Message);
        Assert.Equal("NoRungHelps", choice.Reason);
        Assert.EndsWith("; what it held before is kept: chronosops config restore configmap/settings -n shop (with --yes it is put back)", choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWriteThatLeftAllAsItWasIsNotTheCause()
    {
        var (diagnosis, choice) = Judge("1");
        Assert.Equal("ConfigMap settings holds what was kept as known good at 2024-01-01 11:00:00Z", diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadConfiguration).Rejection);
        Assert.DoesNotContain("config restore", choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereNothingWasKeptItSaysWhyAndJudgesAsBefore()
    {
        var (with, choice) = Diagnose(KeptConfig.Of("shop", "settings", SampleConfigMap.Of(("level", "2")), Changed, null));
        var (without, _) = Diagnose(null);
        Assert.Contains(with.Findings, finding => finding.Message == "no known good version of ConfigMap settings can be offered: none was kept before");
        Assert.Equal(without.Accepted?.Confidence, with.Accepted?.Confidence);
        Assert.Equal("NoRungHelps", choice.Reason);
        Assert.DoesNotContain("config restore", choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatIsGoneIsOffered() =>
        Assert.Contains("config restore", Diagnose(KeptConfig.Of("shop", "settings", null, null, Copy()), exists: false).Choice.Message, StringComparison.Ordinal);

    private static (Diagnosis Diagnosis, LadderChoice Choice) Judge(string level) => Diagnose(KeptConfig.Of("shop", "settings", SampleConfigMap.Of(("level", level)), Changed, Copy()));

    private static Kubernetes.Models.V1ConfigMap Copy() => SampleConfigMap.Copy(SampleWorkload.At(-3600), ("level", "1"));

    private static (Diagnosis Diagnosis, LadderChoice Choice) Diagnose(KeptConfig? kept, bool exists = true)
    {
        var config = new ConfigFact(new ConfigReference("ConfigMap", "settings", false), exists, exists ? Changed : null, [SampleWorkload.Old], kept);
        var bundle = SampleBundle.PodFault() with { PodMeasures = [], Measures = [], Configs = [config] };
        var diagnosis = Analysers.Diagnose(bundle);
        return (diagnosis, Ladder.Next(SamplePolicy.Effective(), bundle, diagnosis, []));
    }
}
