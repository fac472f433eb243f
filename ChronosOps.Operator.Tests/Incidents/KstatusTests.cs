using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>How Argo CD, Flux and others read an incident that is kept in a repository: by the rules that kstatus publishes for custom resources.</summary>
public sealed class KstatusTests
{
    [Theory]
    [InlineData("InProgress", Trigger.Opened)]
    [InlineData("InProgress", Trigger.Opened, Trigger.Confirmed)]
    [InlineData("InProgress", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed)]
    [InlineData("InProgress", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted)]
    [InlineData("InProgress", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied)]
    [InlineData("Current", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied, Trigger.Verified)]
    [InlineData("Current", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied, Trigger.Verified, Trigger.Outlived)]
    [InlineData("Failed", Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Denied)]
    [InlineData("Failed", Trigger.Opened, Trigger.Broken)]
    [InlineData("Current", Trigger.Opened, Trigger.Recovered)]
    public void AnIncidentIsReadAsWhatItIs(string expected, params Trigger[] way)
    {
        var status = new IncidentStatus();
        foreach (var trigger in way)
        {
            Transition.Apply(status, new Happening(trigger, "Because", "it is so"), 3, FakeTime.Epoch);
        }

        Assert.Equal(expected, Kstatus(3, status.ObservedGeneration, status.Conditions));
        Assert.Equal("InProgress", Kstatus(4, status.ObservedGeneration, status.Conditions));
    }

    /// <summary>
    /// Generation first, then the abnormal conditions Reconciling and Stalled, then Ready. An object that says nothing counts as current:
    /// https://pkg.go.dev/sigs.k8s.io/cli-utils/pkg/kstatus
    /// </summary>
    private static string Kstatus(long generation, long? observed, IReadOnlyList<V1Condition> conditions)
    {
        if (observed is { } seen && seen != generation)
        {
            return "InProgress";
        }

        foreach (var condition in conditions.Where(condition => condition.Status == "True"))
        {
            switch (condition.Type)
            {
                case "Reconciling":
                    return "InProgress";
                case "Stalled":
                    return "Failed";
                default:
                    break;
            }
        }

        return conditions.FirstOrDefault(condition => condition.Type == "Ready") is { Status: not "True" } ? "InProgress" : "Current";
    }
}
