using ChronosOps.Operator.Api;
using ChronosOps.Operator.Intake;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

public sealed class AlertLabelsTests
{
    [Theory]
    [InlineData("deployment=checkout", WorkloadKind.Deployment, "checkout")]
    [InlineData("statefulset=db", WorkloadKind.StatefulSet, "db")]
    [InlineData("daemonset=agent", WorkloadKind.DaemonSet, "agent")]
    [InlineData("job_name=backup,job=kube-state-metrics", WorkloadKind.Job, "backup")]
    [InlineData("pod=checkout-1", null, "checkout-1")]
    [InlineData("pod=kube-state-metrics-0,deployment=checkout", WorkloadKind.Deployment, "checkout")]
    public void TheFirstLabelThatTellsCounts(string labels, WorkloadKind? kind, string name) => Assert.Equal(new AlertTarget(kind, name), AlertLabels.Default.TargetOf(Labels(labels)));

    [Theory]
    [InlineData("")]
    [InlineData("job=node,instance=10.0.0.1")]
    public void WithoutSuchALabelNothingIsMeant(string labels) => Assert.Null(AlertLabels.Default.TargetOf(Labels(labels)));

    [Fact]
    public void LabelsCanBeReplaced()
    {
        var labels = AlertLabels.Parse("deployment=app, namespace=exported_namespace");
        Assert.Equal(new AlertLabels(Namespace: "exported_namespace", Deployment: "app"), labels);
        Assert.Equal(new AlertTarget(WorkloadKind.Deployment, "web"), labels!.TargetOf(Labels("app=web,pod=x")));
        Assert.Equal(AlertLabels.Default, AlertLabels.Parse(""));
    }

    [Theory]
    [InlineData("deployment")]
    [InlineData("deployment=")]
    [InlineData("deployment=a=b")]
    [InlineData("deployment=9a")]
    [InlineData("deployment=a-b")]
    [InlineData("container=app")]
    public void AListThatIsNoneIsRefused(string text) => Assert.Null(AlertLabels.Parse(text));

    private static Dictionary<string, string> Labels(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
}
