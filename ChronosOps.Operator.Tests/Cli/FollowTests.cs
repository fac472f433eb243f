using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class FollowTests : IAsyncLifetime
{
    private readonly FakeTime _time = new(SampleIncident.At(-20));
    private FakeIncidentServer _server = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeIncidentServer.StartAsync();
        _cli = new CliRun { ApiServer = _server.Url, Time = _time };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task WaitsForAnIncidentTellsItAsItHappensAndEndsWhenItIsResolved()
    {
        var steps = new Queue<int>([0, 1, 3, 5, 6, 7]);
        _server.Before = number =>
        {
            if (number > 25 && number % 3 == 0 && steps.TryDequeue(out var told))
            {
                _server.Put(Until(told));
            }
        };
        Assert.Equal(0, await FollowAsync("--workload", "checkout", "--timeout", "240s"));
        Assert.Contains("waiting for an incident of checkout in namespace shop (5s)", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("(10s)", _cli.Error.ToString(), StringComparison.Ordinal);
        var lines = _cli.Out.ToString().TrimEnd().Split('\n');
        Assert.Equal("Incident shop/checkout-x7k2p: Deployment checkout", lines[0]);
        foreach (var phase in new[] { "Observing", "Orienting", "Deciding", "Acting", "Verifying", "Mitigated", "Resolved" })
        {
            Assert.Single(lines, line => line.Contains($"  {phase,-10}  ", StringComparison.Ordinal));
        }

        Assert.StartsWith("Resolved: detected 15s after onset; healed 1m01s after onset; cause: BadRelease, confidence 0.97", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IncidentPhase.Resolved, 0)]
    [InlineData(IncidentPhase.Escalated, 3)]
    [InlineData(IncidentPhase.Failed, 3)]
    [InlineData(IncidentPhase.Dismissed, 3)]
    [InlineData(IncidentPhase.Dismissed, 0, "--allow-dismissed")]
    [InlineData(IncidentPhase.Mitigated, 0, "--until-mitigated")]
    [InlineData(IncidentPhase.Mitigated, 4)]
    [InlineData(IncidentPhase.Verifying, 4, "--until-mitigated")]
    public async Task TheExitCodeTellsHowItEnded(IncidentPhase phase, int exitCode, params string[] flags)
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Phase = phase;
        _server.Put(incident);
        Assert.Equal(exitCode, await FollowAsync(["checkout-x7k2p", "--timeout", "10s", .. flags]));
    }

    [Fact]
    public async Task GivesUpWhenNoIncidentComes()
    {
        var old = SampleIncident.Resolved();
        old.Metadata.CreationTimestamp = SampleIncident.At(-3000);
        old.Status!.EndedAt = SampleIncident.At(-2000);
        _server.Put(old);
        Assert.Equal(4, await FollowAsync("--workload", "checkout", "--timeout", "12s"));
        Assert.Contains("no sign of an incident of checkout in namespace shop within 12s", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _cli.Out.ToString());
    }

    [Fact]
    public async Task AnIncidentOfAnotherWorkloadIsNotMeant()
    {
        var other = SampleIncident.Resolved();
        other.Spec.WorkloadRef.Name = "cart";
        _server.Put(other);
        Assert.Equal(4, await FollowAsync("--workload", "checkout", "--timeout", "2s"));
    }

    [Fact]
    public async Task SurvivesAnApiServerThatIsAwayForAWhileAndSaysSoOnce()
    {
        _server.Put(SampleIncident.Resolved());
        _server.FailWith = 503;
        _server.Before = number => _server.FailWith = number > 12 ? 0 : 503;
        Assert.Equal(0, await FollowAsync("checkout-x7k2p"));
        Assert.Single(_cli.Error.ToString().Split('\n'), line => line.StartsWith("the API server does not answer; trying on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EndsAtOnceWhenItMayNotLook()
    {
        _server.FailWith = 403;
        Assert.Equal(1, await FollowAsync("checkout-x7k2p"));
    }

    [Fact]
    public async Task SaysThatTheIncidentWasDeleted()
    {
        _server.Put(Until(3));
        _server.Before = number =>
        {
            if (number == 3)
            {
                _server.Remove("/apis/chronosops.io/v1alpha1/namespaces/shop/incidents/checkout-x7k2p");
            }
        };
        Assert.Equal(1, await FollowAsync("checkout-x7k2p"));
        Assert.Contains("was deleted", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsTheStoryAsJsonLinesToScripts()
    {
        _server.Put(SampleIncident.Resolved());
        Assert.Equal(0, await FollowAsync("checkout-x7k2p", "--output", "json"));
        var lines = _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Contains(lines, line => line["phase"]?.GetValue<string>() == "Resolved" && line["secondsSinceOnset"]!.GetValue<double>() == 121);
    }

    // The incident as it was when so many transitions had happened.
    private static Incident Until(int transitions)
    {
        var incident = SampleIncident.Resolved();
        var status = incident.Status!;
        status.Timeline = [.. status.Timeline.Take(transitions)];
        status.Phase = status.Timeline.LastOrDefault()?.Phase;
        return incident;
    }

    // Moves the clock while the command waits for it, not while it waits for an answer, whose time limit is longer.
    private async Task<int> FollowAsync(params string[] args)
    {
        var following = _cli.RunAsync(["follow", .. args]);
        var patience = TimeProvider.System.GetTimestamp();
        while (!following.IsCompleted && TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(60))
        {
            if (_time.NextDue < TimeSpan.FromSeconds(10))
            {
                _time.Advance(TimeSpan.FromMilliseconds(500));
            }

            await Task.WhenAny(following, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        return await following.WaitAsync(TestContext.Current.CancellationToken);
    }
}
