using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public class InformerCacheTests
{
    private readonly List<string> changes = [];
    private readonly InformerCache<V1Pod> cache;

    public InformerCacheTests() =>
        cache = new InformerCache<V1Pod>(change => changes.Add($"{change.Type} {change.Object.Name()}"), new FakeTime());

    [Fact]
    public void OnlyWhatTheFirstListHadIsMarkedAsSuch()
    {
        var marks = new List<string>();
        var marking = new InformerCache<V1Pod>(change => marks.Add($"{change.Object.Name()} {change.IsInInitialList}"), new FakeTime());
        marking.Replace([Json.TypedPod("a")], new HashSet<ObjectKey>());
        marking.Replace([Json.TypedPod("a"), Json.TypedPod("b")], new HashSet<ObjectKey>());
        marking.Apply(new WatchEvent<V1Pod>(WatchEventType.Added, Json.TypedPod("c"), null, "9"));
        Assert.Equal(["a True", "b False", "c False"], marks);
    }

    [Fact]
    public void AResyncRemindsOfEverythingWithoutChangingIt()
    {
        Replace(Json.TypedPod("a"), Json.TypedPod("b"));
        changes.Clear();
        cache.Resync();
        Assert.Equal(["Resync a", "Resync b"], changes);
        Assert.Equal(2, cache.Store.Count);
    }

    [Fact]
    public void AnIndexFollowsEveryChange()
    {
        cache.Store.AddIndex("node", pod => pod.Spec.NodeName is { } node ? [node] : []);
        Apply(WatchEventType.Added, On("a", "1", "n1"));
        Apply(WatchEventType.Added, On("b", "2", "n1"));
        Assert.Equal(["a", "b"], Names("n1"));
        Apply(WatchEventType.Modified, On("a", "3", "n2"));
        Assert.Equal((string[])["b"], Names("n1"));
        Assert.Equal((string[])["a"], Names("n2"));
        Apply(WatchEventType.Deleted, On("a", "4", "n2"));
        Assert.Empty(Names("n2"));
    }

    [Fact]
    public void AnIndexAddedLateKnowsWhatIsThere()
    {
        Replace(On("a", "1", "n1"));
        cache.Store.AddIndex("node", pod => [pod.Spec.NodeName!]);
        Assert.Equal((string[])["a"], Names("n1"));
    }

    [Fact]
    public void AnUnknownIndexIsNamed() =>
        Assert.Contains("\"colour\"", Assert.Throws<ArgumentException>(() => cache.Store.ByIndex("colour", "red")).Message);

    [Fact]
    public void AModificationOfSomethingUnknownIsAnAddition()
    {
        Apply(WatchEventType.Modified, Json.TypedPod("a"));
        Assert.Equal(["Added a"], changes);
    }

    [Fact]
    public void ADeletionOfSomethingUnknownIsNothing()
    {
        Apply(WatchEventType.Deleted, Json.TypedPod("a"));
        Assert.Empty(changes);
    }

    [Fact]
    public void AnObjectWithoutAValueForAnIndexIsStoredAndAnnouncedAndFoundByNoValue()
    {
        cache.Store.AddIndex("node", pod => [pod.Spec.NodeName!, "any"]);
        Apply(WatchEventType.Added, Json.TypedPod("a"));
        Apply(WatchEventType.Added, On("b", "2", "n1"));
        Assert.Equal(["Added a", "Added b"], changes);
        Assert.Equal(["a", "b"], Names("any"));
        Assert.Equal((string[])["b"], Names("n1"));
    }

    [Fact]
    public void AnObjectThatAnIndexFailsOnIsNotStoredBehindTheListenersBacks()
    {
        var fails = true;
        cache.Store.AddIndex("first", _ => ["all"]);
        cache.Store.AddIndex("second", _ => fails ? throw new InvalidOperationException("no") : ["all"]);
        Assert.Throws<InvalidOperationException>(() => Apply(WatchEventType.Added, Json.TypedPod("a")));
        Assert.Equal(0, cache.Store.Count);
        Assert.Empty(cache.Store.ByIndex("first", "all"));
        fails = false;
        Apply(WatchEventType.Added, Json.TypedPod("a"));
        Assert.Equal(["Added a"], changes);
    }

    private void Replace(params V1Pod[] pods) => cache.Replace(pods, new HashSet<ObjectKey>());

    private void Apply(WatchEventType type, V1Pod pod) => cache.Apply(new WatchEvent<V1Pod>(type, pod, null, pod.ResourceVersion()));

    private IEnumerable<string> Names(string node) => cache.Store.ByIndex("node", node).Select(pod => pod.Name()).Order();

    private static V1Pod On(string name, string version, string node)
    {
        var pod = Json.TypedPod(name, version);
        pod.Spec.NodeName = node;
        return pod;
    }
}
