namespace ChronosOps.Kubernetes.Tests;

/// <summary>When a credential plugin is run, and who waits for it. Each run ends when the test says so.</summary>
public sealed class ExecRefreshTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly FakeTime time = new();
    private readonly List<TaskCompletionSource<ExecCredential>> runs = [];
    private readonly ExecTokenProvider provider;

    public ExecRefreshTests() => provider = new ExecTokenProvider(RunAsync, time);

    [Fact]
    public async Task StaggeredRefusalsOfOneTokenAreOneRun()
    {
        await HaveAsync("one");
        provider.Refused("one", null);
        var (first, second) = (TokenAsync(refresh: true), TokenAsync(refresh: true));
        await AnswerAsync(2, "two");
        Assert.Equal(("two", "two"), (await first, await second));
        provider.Refused("one", null); // was on its way for long
        Assert.Equal("two", await TokenAsync(refresh: true));
        Assert.Equal("two", await TokenAsync(refresh: false));
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    public async Task WhoeverComesWhileARefusedTokenIsReplacedWaitsForTheNewOne()
    {
        await HaveAsync("one");
        provider.Refused("one", null);
        var refused = TokenAsync(refresh: true);
        var other = TokenAsync(refresh: false);
        Assert.False(other.IsCompleted);
        await AnswerAsync(2, "two");
        Assert.Equal(("two", "two"), (await refused, await other));
    }

    [Fact]
    public async Task ACallerThatGoesAwayDoesNotEndTheRun()
    {
        using var impatient = new CancellationTokenSource();
        var leaving = provider.GetTokenAsync(false, impatient.Token).AsTask();
        var staying = TokenAsync(refresh: false);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await AnswerAsync(1, "one");
        Assert.Equal("one", await staying);
        Assert.Single(runs);
    }

    [Fact]
    public async Task WithoutATokenAFailureIsRememberedForAWhile()
    {
        var waiting = Enumerable.Range(0, 5).Select(_ => TokenAsync(refresh: false)).ToList();
        await FailAsync(1, "no network");
        foreach (var caller in waiting)
            Assert.Equal("no network", (await Assert.ThrowsAsync<KubeConfigException>(() => caller)).Message);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("no network", (await Assert.ThrowsAsync<KubeConfigException>(() => TokenAsync(refresh: false))).Message);
        Assert.Single(runs);
        time.Advance(TimeSpan.FromSeconds(1));
        var later = TokenAsync(refresh: false);
        await AnswerAsync(2, "one");
        Assert.Equal("one", await later);
    }

    [Fact]
    public async Task NearItsEndATokenIsReplacedWithoutAnyWait()
    {
        await HaveAsync("one", TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromMinutes(59.5));
        for (var i = 0; i < 5; i++)
            Assert.Equal("one", await TokenAsync(refresh: false)); // while the run goes on
        await FailAsync(2, "no network");
        await Eventually.BeTrue(() => !provider.IsRunning);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("one", await TokenAsync(refresh: false));
        Assert.False(provider.IsRunning);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", await TokenAsync(refresh: false));
        await AnswerAsync(3, "two");
        await Eventually.BeTrue(() => !provider.IsRunning);
        Assert.Equal("two", await TokenAsync(refresh: false));
        Assert.Equal(3, runs.Count);
    }

    [Fact]
    public async Task ATokenThatWasRefusedAndCannotBeReplacedFailsOnlyWhomItWasRefused()
    {
        await HaveAsync("one");
        provider.Refused("one", null);
        var refused = TokenAsync(refresh: true);
        await FailAsync(2, "no network");
        await Assert.ThrowsAsync<KubeConfigException>(() => refused);
        await Assert.ThrowsAsync<KubeConfigException>(() => TokenAsync(refresh: true));
        Assert.Equal("one", await TokenAsync(refresh: false));
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    public async Task APluginThatRepeatsWhatWasRefusedIsNotRunByEachRequest()
    {
        await HaveAsync("one");
        provider.Refused("one", null);
        var first = TokenAsync(refresh: true);
        await AnswerAsync(2, "one");
        Assert.Equal("one", await first);
        provider.Refused("one", null);
        Assert.Equal("one", await TokenAsync(refresh: true));
        Assert.Equal(2, runs.Count);
        time.Advance(TimeSpan.FromSeconds(10));
        provider.Refused("one", null);
        var later = TokenAsync(refresh: true);
        await AnswerAsync(3, "two");
        Assert.Equal("two", await later);
    }

    [Fact]
    public async Task TheServersRefusalNamesTheTokenThatWasSent()
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Answers(401, "{}").Answers(200, "{}");
        await HaveAsync("one");
        var config = server.Configuration;
        (config.TokenProvider, config.ClientCertificateProvider) = (provider, provider);
        using var client = new KubernetesClient(config);
        var request = client.SendAsync(HttpMethod.Get, "/a", ct: Ct);
        await AnswerAsync(2, "two");
        await request;
        Assert.Equal(["Bearer one", "Bearer two"], server.Seen.Select(seen => seen.Headers["Authorization"]));
    }

    private Task<ExecCredential> RunAsync()
    {
        var run = new TaskCompletionSource<ExecCredential>();
        lock (runs)
            runs.Add(run);
        return run.Task;
    }

    /// <summary>With a limit, so that a run too many is a failure and not a hang.</summary>
    private Task<string?> TokenAsync(bool refresh) => provider.GetTokenAsync(refresh, Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct);

    private async Task HaveAsync(string token, TimeSpan? lasting = null)
    {
        var first = TokenAsync(refresh: false);
        await AnswerAsync(1, token, lasting);
        await first;
    }

    private async Task AnswerAsync(int run, string token, TimeSpan? lasting = null) =>
        (await NthAsync(run)).SetResult(new ExecCredential(token, null, lasting is { } time ? this.time.GetUtcNow() + time : null));

    private async Task FailAsync(int run, string message) => (await NthAsync(run)).SetException(new KubeConfigException(message));

    private async Task<TaskCompletionSource<ExecCredential>> NthAsync(int run)
    {
        await Eventually.BeTrue(() => Count >= run);
        lock (runs)
            return runs[run - 1];
    }

    private int Count
    {
        get { lock (runs) return runs.Count; }
    }
}
