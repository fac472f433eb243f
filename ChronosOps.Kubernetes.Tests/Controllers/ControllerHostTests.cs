using System.Collections.Concurrent;
using System.Threading.Channels;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public sealed class ControllerHostTests : FakeServerTest
{
    private readonly Controller controller = new();

    private protected override void Prepare() => client = new KubernetesClient(server.Configuration);

    [Fact]
    public async Task EveryObjectOfTheFirstListIsReconciled()
    {
        server.AnswersList("7", Json.Pod("a", "3"), Json.Pod("b", "4"));
        Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 2);
        Assert.Equal(["reconcile a@3", "reconcile b@4"], controller.Calls.Order());
    }

    [Fact]
    public async Task AFailureIsTriedAgainWithGrowingDelay()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = pod => controller.Calls.Count < 3 ? throw new InvalidOperationException("not yet") : ReconciliationResult<V1Pod>.Success(pod);
        Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await AdvanceUntilAsync(() => controller.Calls.Count == 2, TimeSpan.FromMilliseconds(5));
        await AdvanceUntilAsync(() => controller.Calls.Count == 3, TimeSpan.FromMilliseconds(10));
        time.Advance(TimeSpan.FromHours(1));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(3, controller.Calls.Count);
    }

    [Fact]
    public async Task ATerminalFailureIsNotTriedAgain()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = pod => ReconciliationResult<V1Pod>.Terminal(pod, "hopeless");
        Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromHours(1));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(controller.Calls);
    }

    [Fact]
    public async Task AnObjectIsLookedAtAgainWhenItWasAskedFor()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = pod => ReconciliationResult<V1Pod>.Success(pod, TimeSpan.FromMinutes(10));
        Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(controller.Calls);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.BeTrue(() => controller.Calls.Count == 2);
    }

    [Fact]
    public async Task AFailureWaitsAtLeastAsLongAsItAskedFor()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = pod => ReconciliationResult<V1Pod>.Failure(pod, "throttled", requeueAfter: TimeSpan.FromSeconds(30));
        await IsCalledAgainAfterHalfAMinuteAsync();
    }

    [Fact]
    public async Task ADeletionIsHandledWithTheLastKnownStateAndTriedAgainWhenItFails()
    {
        server.AnswersList("7", Json.Pod("a", "3")).Watches(WatchEnd.Silence, Json.Line("DELETED", Json.Pod("a", "9")));
        var failures = 1;
        controller.OnDeleted = pod => failures-- > 0 ? ReconciliationResult<V1Pod>.Failure(pod, "not yet") : ReconciliationResult<V1Pod>.Success(pod);
        Start();
        await AdvanceUntilAsync(() => controller.Calls.Count(call => call.StartsWith("deleted", StringComparison.Ordinal)) == 2, TimeSpan.FromMilliseconds(5));
        Assert.All(controller.Calls.Where(call => call.StartsWith("deleted", StringComparison.Ordinal)), call => Assert.Equal("deleted a@9", call));
    }

    [Fact]
    public async Task ANamesakeIsReconciledAfterTheDeletionOfTheFormerOne()
    {
        server.AnswersList("7", Json.Pod("a", "3", uid: "first"))
            .Watches(WatchEnd.Silence, Json.Line("DELETED", Json.Pod("a", "8", uid: "first")) + Json.Line("ADDED", Json.Pod("a", "9", uid: "second")));
        Start();
        await Eventually.BeTrue(() => controller.Calls.Contains("reconcile a@9"));
        var calls = controller.Calls.ToList();
        Assert.True(calls.IndexOf("deleted a@8") < calls.IndexOf("reconcile a@9"));
        Assert.Contains("deleted a@8", calls);
    }

    [Fact]
    public async Task AStateOlderThanOurOwnWriteIsNotActedOn()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = _ => ReconciliationResult<V1Pod>.Success(Json.TypedPod("a", "12"));
        var host = Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        host.Enqueue(new ObjectKey("shop", "a"));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(["reconcile a@3"], controller.Calls);
        // A server restored from a backup may never catch up: after half a minute the cache is believed again.
        await AdvanceUntilAsync(() => controller.Calls.Count == 2, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task OnlyWhatTheFilterWantsIsReconciledUnlessItIsEnqueuedByName()
    {
        server.AnswersList("7", Json.Pod("a", "3"), Json.Pod("b", "4"));
        var host = Start(pod => pod.Name() == "b");
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        Assert.Equal(["reconcile b@4"], controller.Calls);
        host.Enqueue(new ObjectKey("shop", "a"));
        await Eventually.BeTrue(() => controller.Calls.Contains("reconcile a@3"));
    }

    [Fact]
    public async Task OneObjectIsNeverReconciledTwiceAtOnce()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.Pause = TimeSpan.FromMilliseconds(30);
        var host = Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        for (var i = 0; i < 20; i++)
        {
            host.Enqueue(new ObjectKey("shop", "a"));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        await Eventually.BeTrue(() => host.QueueDepth == 0 && controller.Running == 0);
        Assert.Equal(1, controller.MostAtOnce);
        Assert.InRange(controller.Calls.Count, 2, 21);
    }

    [Fact]
    public async Task AStopEndsTheTokensWaitsForTheReconciliationsAndOnlyThenEndsTheInformer()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        var (ended, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        controller.Step = async (_, ct) =>
        {
            ct.Register(() => ended.TrySetResult());
            await release.Task;
            await client.For(KubernetesResources.Pods).FindNamespacedAsync("shop", "a", CancellationToken.None); // the client is still there
        };
        Start();
        await Eventually.BeTrue(() => controller.Running == 1 && server.OpenWatches == 1);
        await stop.CancelAsync();
        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted);
        Assert.Equal(1, server.OpenWatches);
        server.Answers(200, Json.Pod("a", "3"));
        release.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, controller.Running);
        await Eventually.BeTrue(() => server.OpenWatches == 0);
    }

    [Fact]
    public async Task AReconciliationThatDoesNotEndIsLeftBehind()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        var (entered, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        controller.Step = (_, _) =>
        {
            entered.SetResult();
            return release.Task;
        };
        Start();
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(14));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted);
        await AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromSeconds(1));
        Assert.True(running.IsCanceled);
        release.SetResult();
    }

    [Fact]
    public async Task ItMayBeRunAgain()
    {
        server.AnswersList("7", Json.Pod("a", "3")).AnswersList("7", Json.Pod("a", "3"));
        var host = Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        using var again = new CancellationTokenSource();
        running = host.RunAsync(again.Token);
        await Eventually.BeTrue(() => controller.Calls.Count == 2);
        await again.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task ADeletionThatAStopInterruptedIsHandledInTheNextRun()
    {
        server.AnswersList("7", Json.Pod("a", "3")).AnswersList("10").Watches(WatchEnd.Silence, Json.Line("DELETED", Json.Pod("a", "9")));
        controller.DeletedStep = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        var host = Start();
        await Eventually.BeTrue(() => controller.Calls.Contains("deleted a@9"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        controller.DeletedStep = (_, _) => Task.CompletedTask;
        using var again = new CancellationTokenSource();
        running = host.RunAsync(again.Token);
        try
        {
            await Eventually.BeTrue(() => controller.Calls.Count(call => call == "deleted a@9") == 2);
        }
        finally
        {
            await again.CancelAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnInformerThatFailsEndsTheHostBeforeAndDuringTheWork(bool beforeSync)
    {
        var watch = Channel.CreateUnbounded<string>();
        controller.Step = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        if (!beforeSync)
            server.AnswersList("7", Json.Pod("a", "3")).Watches(watch.Reader);
        var informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods), time: new BrokenTimers());
        running = new ControllerHost<V1Pod>(informer, controller).RunAsync(stop.Token);
        if (!beforeSync)
            await Eventually.BeTrue(() => controller.Running == 1);
        watch.Writer.Complete(); // the pause that follows cannot be made
        await Assert.ThrowsAsync<NotSupportedException>(() => running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal(0, controller.Running);
        await Eventually.BeTrue(() => server.OpenWatches == 0);
    }

    [Fact]
    public async Task AFilterThatFailsHidesNothing()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        Start(_ => throw new InvalidOperationException("no"));
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
    }

    [Fact]
    public async Task AServerThatSaysWhenToComeBackIsNotAskedEarlier()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        controller.OnReconcile = _ => throw new KubernetesException(429, "later", retryAfter: TimeSpan.FromSeconds(30));
        await IsCalledAgainAfterHalfAMinuteAsync();
    }

    [Fact]
    public async Task WhatItDoesIsMeasured()
    {
        using var seen = new SeenMetrics(client.Metrics);
        server.AnswersList("7", Json.Pod("a", "3"), Json.Pod("b", "3"));
        controller.OnReconcile = pod => pod.Name() == "a" ? throw new InvalidOperationException("no") : ReconciliationResult<V1Pod>.Success(pod);
        Start();
        await Eventually.BeTrue(() => seen.Read("controller_runtime_reconcile_total", "controller=pod", "result=success") == 1);
        await Eventually.BeTrue(() => seen.Read("controller_runtime_reconcile_errors_total", "controller=pod") == 1);
        Assert.Equal(1, seen.Read("controller_runtime_reconcile_total", "controller=pod", "result=error"));
        Assert.Equal(2, seen.Read("controller_runtime_reconcile_time_seconds", "controller=pod"));
        Assert.Equal(4, seen.Read("controller_runtime_max_concurrent_reconciles", "controller=pod"));
        Assert.Equal(2, seen.Read("workqueue_adds_total", "name=pod"));
        Assert.Equal(1, seen.Read("workqueue_retries_total", "name=pod"));
        Assert.Equal(2, seen.Read("workqueue_queue_duration_seconds", "name=pod"));
        await Eventually.BeTrue(() => seen.Read("workqueue_work_duration_seconds", "name=pod") == 2);
        Assert.Equal(0, seen.Read("workqueue_depth", "name=pod"));
        Assert.Equal(0, seen.Read("workqueue_unfinished_work_seconds", "name=pod"));
        Assert.Equal(0, seen.Read("controller_runtime_active_workers", "controller=pod"));
    }

    private async Task IsCalledAgainAfterHalfAMinuteAsync()
    {
        Start();
        await Eventually.BeTrue(() => controller.Calls.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(29));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(controller.Calls);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.BeTrue(() => controller.Calls.Count == 2);
    }

    private ControllerHost<V1Pod> Start(Func<V1Pod, bool>? filter = null)
    {
        // The client keeps real time: only the host's delays are under the test's control.
        var informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods));
        var host = new ControllerHost<V1Pod>(informer, controller, workers: 4, time: time, filter: filter);
        running = host.RunAsync(stop.Token);
        return host;
    }

    private Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step) => Eventually.BeTrueWhileAdvancing(time, condition, step);

    private sealed class BrokenTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();
    }

    private sealed class Controller : IEntityController<V1Pod>
    {
        private int running;

        public ConcurrentQueue<string> Calls { get; } = new();
        public Func<V1Pod, ReconciliationResult<V1Pod>> OnReconcile { get; set; } = pod => ReconciliationResult<V1Pod>.Success(pod);
        public Func<V1Pod, ReconciliationResult<V1Pod>> OnDeleted { get; set; } = pod => ReconciliationResult<V1Pod>.Success(pod);
        public Func<V1Pod, CancellationToken, Task> Step { get; set; } = (_, _) => Task.CompletedTask;
        public Func<V1Pod, CancellationToken, Task> DeletedStep { get; set; } = (_, _) => Task.CompletedTask;
        public TimeSpan Pause { get; set; }
        public int MostAtOnce { get; private set; }
        public int Running => Volatile.Read(ref running);

        public async Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken ct)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref running));
            Calls.Enqueue($"reconcile {entity.Name()}@{entity.ResourceVersion()}");
            try
            {
                await Task.Delay(Pause, ct);
                await Step(entity, ct);
                return OnReconcile(entity);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        public async Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken ct)
        {
            Calls.Enqueue($"deleted {entity.Name()}@{entity.ResourceVersion()}");
            await DeletedStep(entity, ct);
            return OnDeleted(entity);
        }
    }
}
