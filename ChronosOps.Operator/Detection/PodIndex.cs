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
        foreach (var entry in Entries(@namespace, pod, isStem: false))
        {
            yield return entry.Series;
        }
    }

    /// <summary>The series of the pods of which the name begins in a way.</summary>
    public IEnumerable<(string Pod, Series Series)> OfStem(string @namespace, string stem)
    {
        foreach (var entry in Entries(@namespace, stem, isStem: true))
        {
            yield return (entry.Pod, entry.Series);
        }
    }

    /// <summary>The series of a workload's pods, with the pods that bore the name: those that are known, and those that are told by their names alone.</summary>
    public IEnumerable<(PodLife Life, Series Series)> Of(WorkloadSnapshot workload, PodLives lives)
    {
        foreach (var pod in Pods(workload.Key.Namespace, lives))
        {
            var bore = lives.Of(pod);
            foreach (var entry in Entries(workload.Key.Namespace, pod, isStem: false))
            {
                for (var b = 0; b < bore.Count; b++)
                {
                    yield return (bore[b], entry.Series);
                }
            }
        }
    }

    private IReadOnlyList<string> Pods(string @namespace, PodLives lives)
    {
        SortedSet<string>? others = null;
        foreach (var stem in lives.Stems)
        {
            foreach (var entry in Entries(@namespace, stem, isStem: true))
            {
                if (!lives.Knows(entry.Pod))
                {
                    (others ??= new(StringComparer.Ordinal)).Add(entry.Pod);
                }
            }
        }

        return others is null ? lives.Names : [.. lives.Names.Concat(others).Order(StringComparer.Ordinal)];
    }

    /// <summary>The entries of a pod, or of the pods of which the name begins so.</summary>
    private ArraySegment<Entry> Entries(string @namespace, string pod, bool isStem)
    {
        var first = First(@namespace, pod);
        var end = first;
        while (end < _entries.Length && _entries[end].Namespace == @namespace && (isStem ? _entries[end].Pod.StartsWith(pod, StringComparison.Ordinal) : _entries[end].Pod == pod))
        {
            end++;
        }

        return new ArraySegment<Entry>(_entries, first, end - first);
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
