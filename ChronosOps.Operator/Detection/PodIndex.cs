using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Series by namespace and pod, so that those of one workload are found without looking at all others, and never among those of another namespace.
/// Pure.
/// </summary>
public sealed class PodIndex
{
    private readonly Entry[] _entries;

    /// <summary>Sorts series.</summary>
    /// <param name="series">The series. Whose label does not name their namespace belong to nobody, but for those of one namespace.</param>
    /// <param name="only">The one namespace that the query was bound to: what names none is of it, and what names another is left out. Null where the labels tell.</param>
    public PodIndex(IReadOnlyCollection<Series> series, string? only = null)
    {
        var entries = new Entry[series.Count];
        var count = 0;
        foreach (var one in series)
        {
            var entry = new Entry(one.Labels.GetValueOrDefault("namespace") ?? only ?? "", one.Labels.GetValueOrDefault("pod") ?? "", one);
            if (only is null || entry.Namespace == only)
            {
                entries[count++] = entry;
            }
        }

        Array.Resize(ref entries, count);
        _entries = IsSorted(entries) ? entries : [.. entries.Order(Comparer<Entry>.Create(Compare))];
    }

    /// <summary>The series of a namespace that name no pod.</summary>
    public IEnumerable<Series> WithoutPod(string @namespace) => Of(@namespace, "");

    /// <summary>How many series a namespace has.</summary>
    public int Count(string @namespace) => First(@namespace + "\0", "") - First(@namespace, "");

    /// <summary>The series of a pod.</summary>
    public IEnumerable<Series> Of(string @namespace, string pod)
    {
        for (var k = First(@namespace, pod); IsOf(k, @namespace, pod); k++)
        {
            yield return _entries[k].Series;
        }
    }

    /// <summary>The series of the pods of which the name begins in a way.</summary>
    public IEnumerable<(string Pod, Series Series)> OfStem(string @namespace, string stem)
    {
        for (var k = First(@namespace, stem); k < _entries.Length && _entries[k].Namespace == @namespace && _entries[k].Pod.StartsWith(stem, StringComparison.Ordinal); k++)
        {
            yield return (_entries[k].Pod, _entries[k].Series);
        }
    }

    /// <summary>The series of a workload's pods, with the pods that bore the name: those that are known, and those that are told by their names alone.</summary>
    public IEnumerable<(PodLife Life, Series Series)> Of(WorkloadSnapshot workload, PodLives lives)
    {
        foreach (var pod in Pods(workload.Key.Namespace, lives))
        {
            var bore = lives.Of(pod);
            for (var k = First(workload.Key.Namespace, pod); IsOf(k, workload.Key.Namespace, pod); k++)
            {
                for (var b = 0; b < bore.Count; b++)
                {
                    yield return (bore[b], _entries[k].Series);
                }
            }
        }
    }

    private IReadOnlyList<string> Pods(string @namespace, PodLives lives)
    {
        SortedSet<string>? others = null;
        foreach (var stem in lives.Stems)
        {
            for (var k = First(@namespace, stem); k < _entries.Length && _entries[k].Namespace == @namespace && _entries[k].Pod.StartsWith(stem, StringComparison.Ordinal); k++)
            {
                if (!lives.Knows(_entries[k].Pod))
                {
                    (others ??= new(StringComparer.Ordinal)).Add(_entries[k].Pod);
                }
            }
        }

        return others is null ? lives.Names : [.. lives.Names.Concat(others).Order(StringComparer.Ordinal)];
    }

    /// <summary>Where the entries begin that are not before a namespace and pod.</summary>
    private int First(string @namespace, string pod)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries[middle].Namespace, @namespace);
            if (order < 0 || (order == 0 && string.CompareOrdinal(_entries[middle].Pod, pod) < 0))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private bool IsOf(int index, string @namespace, string pod) => index < _entries.Length && _entries[index].Pod == pod && _entries[index].Namespace == @namespace;

    private static bool IsSorted(Entry[] entries)
    {
        for (var k = 1; k < entries.Length; k++)
        {
            if (Compare(entries[k - 1], entries[k]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Compare(Entry a, Entry b) =>
        string.CompareOrdinal(a.Namespace, b.Namespace) is var order and not 0 ? order : string.CompareOrdinal(a.Pod, b.Pod);

    private readonly record struct Entry(string Namespace, string Pod, Series Series);
}
