using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly LeaseServer server = new();
    private readonly List<Contender> contenders = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in contenders)
            await contender.DisposeAsync();
    }

    [Fact]
    public async Task TheFirstToAskLeads()
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        Assert.True(a.Elector.IsLeader);
        var spec = server.Lease!.Spec;
        Assert.Equal(("a", 15, 0), (spec.HolderIdentity, spec.LeaseDurationSeconds, spec.LeaseTransitions));
        Assert.InRange(time.GetUtcNow() - spec.AcquireTime!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await PassAsync(5);
        Assert.True(server.Lease.Spec.RenewTime > spec.RenewTime);
        Assert.Equal(spec.AcquireTime, server.Lease.Spec.AcquireTime);
        Assert.Equal(["leader a", "started"], a.Log);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3650)]
    [InlineData(3650)]
    public async Task ALeaseRunsOutByOurOwnClockOnly(int daysOff)
    {
        server.Set(Held("gone", time.GetUtcNow() + TimeSpan.FromDays(daysOff)));
        var a = Start("a");
        await UntilAsync(() => a.Elector.Leader == "gone");
        await PassAsync(13.5);
        Assert.False(a.IsWorking);
        Assert.Equal("gone", server.Lease!.Spec.HolderIdentity);
        await PassAsync(2);
        await UntilAsync(() => a.IsWorking);
        Assert.Equal(("a", 8), (server.Lease!.Spec.HolderIdentity, server.Lease.Spec.LeaseTransitions));
    }

    [Fact]
    public async Task ALeaderThatRenewsIsLeftAloneHoweverWrongTheClocksAre()
    {
        var a = Start("a", TimeSpan.FromHours(-5));
        await UntilAsync(() => a.IsWorking);
        var b = Start("b", TimeSpan.FromHours(7));
        await PassAsync(45);
        Assert.True(a.IsWorking);
        Assert.False(b.IsWorking);
        Assert.DoesNotContain("started", b.Log);
    }

    [Fact]
    public async Task ALeaderThatIsCutOffStopsBeforeTheNextOneStarts()
    {
        var (a, b) = (Start("a"), (Contender?)null);
        await UntilAsync(() => a.IsWorking);
        b = Start("b");
        await PassAsync(5);
        a.Connection.Fault = () => LeaseFault.Silence;
        var began = time.GetUtcNow();
        var both = false;
        while (!b.IsWorking)
        {
            await PassAsync(0.5);
            both |= a.IsWorking && a.Elector.IsLeader && b.IsWorking;
            Assert.True(time.GetUtcNow() - began < TimeSpan.FromSeconds(20), "nobody took over in 20 s");
        }
        Assert.False(both);
        Assert.False(a.IsWorking);
        Assert.Contains("work ended while the lease was a's", a.Log);
        // It never gives up: when the other one stops, it leads again.
        a.Connection.Fault = () => LeaseFault.None;
        await PassAsync(10);
        _ = b.StopAsync();
        await UntilAsync(() => a.IsWorking);
        Assert.Equal(["leader a", "started", "work ended while the lease was a's", "stopped", "leader b", "leader a", "started"], a.Log);
    }

    [Theory]
    [InlineData(nameof(LeaseFault.Refused))]
    [InlineData(nameof(LeaseFault.Silence))]
    public async Task RenewalsThatFailEndTheWorkAtTheDeadline(string fault)
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        await PassAsync(4);
        var last = server.Lease!.Spec.RenewTime!.Value;
        a.Connection.Fault = () => Enum.Parse<LeaseFault>(fault);
        await PassAsync(9.5 - (time.GetUtcNow() - last).TotalSeconds);
        Assert.True(a.IsWorking);
        Assert.True(a.Elector.IsLeader);
        time.Advance(last + TimeSpan.FromSeconds(10.001) - time.GetUtcNow());
        Assert.False(a.Elector.IsLeader); // at this very instant, whatever the renewal still waits for
        await UntilAsync(() => !a.IsWorking);
        a.Connection.Fault = () => LeaseFault.None;
        await UntilAsync(() => a.IsWorking);
        Assert.Equal(0, server.Lease!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task OneRenewalThatFailsDoesNotMatter()
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        var left = 2;
        a.Connection.Fault = () => Interlocked.Decrement(ref left) >= 0 ? LeaseFault.LostAnswer : LeaseFault.None;
        await PassAsync(30);
        Assert.True(a.IsWorking);
        Assert.Equal(["leader a", "started"], a.Log);
        Assert.True(left < 0);
    }

    [Fact]
    public async Task AnAcquisitionWhoseAnswerIsLostIsNoticed()
    {
        var first = true;
        var a = New("a");
        a.Connection.Fault = () => server.Writes == 0 && a.Connection.Requests == 2 && first && !(first = false) ? LeaseFault.LostAnswer : LeaseFault.None;
        a.Start();
        await UntilAsync(() => a.IsWorking);
        Assert.False(first);
        Assert.Equal(0, server.Lease!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task WhoeverTookTheLeaseMeanwhileEndsTheWorkAtTheNextRenewal()
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        server.Set(Held("thief", time.GetUtcNow()));
        await PassAsync(3);
        Assert.False(a.IsWorking);
        Assert.False(a.Elector.IsLeader);
        Assert.Contains("leader thief", a.Log);
        Assert.Equal("thief", server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task ALeaseThatWasDeletedIsMadeAnew()
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        server.Set(null);
        await PassAsync(6);
        Assert.True(a.IsWorking);
        Assert.Equal("a", server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task AStopGivesTheLeaseBackAfterTheWorkHasEnded()
    {
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        var b = Start("b");
        await UntilAsync(() => b.Elector.Leader == "a");
        await a.StopAsync();
        Assert.Contains("work ended while the lease was a's", a.Log);
        Assert.Equal(("", 1), (server.Lease!.Spec.HolderIdentity, server.Lease.Spec.LeaseDurationSeconds));
        await PassAsync(3);
        await UntilAsync(() => b.IsWorking);
        Assert.Equal((15, 1), (server.Lease!.Spec.LeaseDurationSeconds, server.Lease.Spec.LeaseTransitions));
    }

    [Fact]
    public async Task TheLeaseIsKeptWhileTheWorkWindsDown()
    {
        var a = New("a");
        var (ended, started) = (new TaskCompletionSource(), false);
        a.Work = async _ =>
        {
            started = true;
            await ended.Task;
        };
        a.Start();
        await UntilAsync(() => started);
        var b = Start("b");
        var stopping = a.StopAsync();
        await PassAsync(40);
        Assert.Equal("a", server.Lease!.Spec.HolderIdentity);
        Assert.False(b.IsWorking);
        ended.SetResult();
        await stopping;
        await PassAsync(3);
        await UntilAsync(() => b.IsWorking);
    }

    [Fact]
    public async Task WorkThatFailsGivesTheLeaseBackAndIsReported()
    {
        var a = New("a");
        a.Work = _ => throw new InvalidOperationException("no");
        a.Start();
        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidOperationException>(() => a.Running)).Message);
        Assert.Equal("", server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task WhatNewerServersKeepInALeaseStays()
    {
        server.Set(new V1LeaseSpec { UnknownFields = new() { ["strategy"] = JsonDocument.Parse("\"OldestEmulationVersion\"").RootElement } });
        var a = Start("a");
        await UntilAsync(() => a.IsWorking);
        Assert.Equal("OldestEmulationVersion", server.Lease!.Spec.UnknownFields!["strategy"].GetString());
    }

    [Fact]
    public async Task TheStatusIsMeasured()
    {
        var a = New("a");
        using var seen = new SeenMetrics(a.Metrics);
        Assert.Equal(0, seen.Read("leader_election_master_status", "name=leader"));
        a.Start();
        await UntilAsync(() => a.IsWorking);
        Assert.Equal(1, seen.Read("leader_election_master_status", "name=leader"));
    }

    [Theory]
    [InlineData(15, 10, 2, null)]
    [InlineData(10, 10, 2, "LeaseDuration")]
    [InlineData(15.5, 10, 2, "LeaseDuration")]
    [InlineData(15, 2.4, 2, "RenewDeadline")]
    [InlineData(15, 10, 0, "RetryPeriod")]
    public void TheTimesMustFitTogether(double lease, double renew, double retry, string? field)
    {
        using var client = new KubernetesClient(new KubernetesClientConfiguration());
        var config = new LeaderElectionConfig(new LeaseLock(client, "shop", "leader", "a"))
        {
            LeaseDuration = TimeSpan.FromSeconds(lease),
            RenewDeadline = TimeSpan.FromSeconds(renew),
            RetryPeriod = TimeSpan.FromSeconds(retry),
        };
        var error = Record.Exception(() => new LeaderElector(config));
        if (field is null)
            Assert.Null(error);
        else
            Assert.StartsWith(field, Assert.IsType<ArgumentException>(error).Message);
    }

    /// <summary>Whatever happens on the way to the server, at no instant do two lead; and when the disturbance ends, one does.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task NeverDoTwoLeadAtOnce(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 3; i++)
        {
            var contender = Start($"c{i}", TimeSpan.FromMinutes(random.Next(-600, 600)));
            contender.Connection.Fault = () =>
            {
                lock (random)
                    return random.Next(10) < 6 ? LeaseFault.None : (LeaseFault)random.Next(1, 4);
            };
        }
        for (var step = 0; step < 250; step++)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            Assert.True(contenders.Count(contender => contender.Elector.IsLeader) <= 1, $"seed {seed}, step {step}");
            await SettleAsync();
            Assert.True(contenders.Count(contender => contender.Elector.IsLeader) <= 1, $"seed {seed}, step {step}");
        }
        contenders.ForEach(contender => contender.Connection.Fault = () => LeaseFault.None);
        await PassAsync(40);
        Assert.Single(contenders, contender => contender.IsWorking);
        Assert.True(contenders.Sum(contender => contender.Log.Count(line => line == "started")) > 1, "the disturbance disturbed nobody");
    }

    private static V1LeaseSpec Held(string by, DateTimeOffset renewed) =>
        new() { HolderIdentity = by, LeaseDurationSeconds = 15, AcquireTime = renewed, RenewTime = renewed, LeaseTransitions = 7 };

    private Contender New(string name, TimeSpan skew = default)
    {
        var contender = new Contender(server, name, time, skew);
        contenders.Add(contender);
        return contender;
    }

    private Contender Start(string name, TimeSpan skew = default) => New(name, skew).Start();

    private Task UntilAsync(Func<bool> condition) => Eventually.BeTrueWhileAdvancing(time, condition, TimeSpan.FromMilliseconds(100));

    /// <summary>Lets time pass in steps, and everybody act after each.</summary>
    private async Task PassAsync(double seconds)
    {
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(0.25))
        {
            time.Advance(left < TimeSpan.FromSeconds(0.25) ? left : TimeSpan.FromSeconds(0.25));
            await SettleAsync();
        }
    }

    /// <summary>Until nobody has anything to do and no request is made any more.</summary>
    private async Task SettleAsync()
    {
        for (var (quiet, last) = (0, -1); quiet < 2; await Task.Delay(1, TestContext.Current.CancellationToken))
        {
            var now = contenders.Sum(contender => contender.Connection.Requests);
            quiet = now == last && ThreadPool.PendingWorkItemCount == 0 ? quiet + 1 : 0;
            last = now;
        }
    }
}
