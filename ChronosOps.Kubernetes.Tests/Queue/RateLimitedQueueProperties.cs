using FsCheck;
using FsCheck.Fluent;

namespace ChronosOps.Kubernetes.Tests;

public class RateLimitedQueueProperties
{
    /// <summary>
    /// Whatever the order of adding, delaying, taking and finishing: no key runs twice at once, none is in the queue twice, and
    /// every change is followed by a run that began after it.
    /// </summary>
    [Fact]
    public void NoKeyRunsTwiceAtOnceAndNoChangeIsLost()
    {
        var step = Gen.Zip(Gen.Choose(0, 3), Gen.Choose(0, 4));
        Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            var model = new Model();
            foreach (var (action, key) in steps)
                model.Step(action, key);
            return model.Drain();
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));
    }

    [Fact]
    public async Task WithManyWorkersEveryAddIsFollowedByARun()
    {
        var queue = new RateLimitedQueue<int>();
        var (running, added, seen) = (new int[8], new int[8], new int[8]);
        var overlaps = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (await queue.GetAsync() is (true, var key))
            {
                if (Interlocked.Increment(ref running[key]) > 1)
                    Interlocked.Increment(ref overlaps);
                Volatile.Write(ref seen[key], Volatile.Read(ref added[key]));
                await Task.Yield();
                Interlocked.Decrement(ref running[key]);
                queue.Done(key);
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(producer => Task.Run(() =>
        {
            var random = new System.Random(producer);
            for (var i = 0; i < 5000; i++)
            {
                var key = random.Next(8);
                Interlocked.Increment(ref added[key]);
                queue.Add(key);
            }
        })));
        await Eventually.BeTrue(() => seen.SequenceEqual(added));
        queue.ShutDown();
        await Task.WhenAll(workers);
        Assert.Equal(0, overlaps);
    }

    /// <summary>The queue beside what it should do: which keys have a change that no run has seen.</summary>
    private sealed class Model
    {
        private readonly FakeTime time = new();
        private readonly RateLimitedQueue<int> queue;
        private readonly HashSet<int> unseen = [];
        private readonly HashSet<int> running = [];

        public Model() => queue = new RateLimitedQueue<int>(time);

        public void Step(int action, int key)
        {
            switch (action)
            {
                case 0:
                    queue.Add(key);
                    unseen.Add(key);
                    break;
                case 1:
                    queue.AddAfter(key, TimeSpan.FromSeconds(key));
                    unseen.Add(key);
                    break;
                case 2 when queue.Count > 0:
                    Take();
                    break;
                case 3:
                    Finish(key);
                    time.Advance(TimeSpan.FromSeconds(1));
                    break;
            }
        }

        public bool Drain()
        {
            time.Advance(TimeSpan.FromMinutes(1));
            while (running.Count > 0 || queue.Count > 0)
            {
                if (queue.Count > 0)
                    Take();
                else
                    Finish(running.First());
            }
            return unseen.Count == 0 && queue.DelayedCount == 0;
        }

        private void Take()
        {
            var pending = queue.GetAsync();
            Assert.True(pending.IsCompletedSuccessfully);
            var (taken, key) = pending.GetAwaiter().GetResult();
            Assert.True(taken);
            Assert.True(running.Add(key), $"{key} runs twice at once");
            unseen.Remove(key);
        }

        private void Finish(int key)
        {
            if (running.Remove(key))
                queue.Done(key);
        }
    }
}
