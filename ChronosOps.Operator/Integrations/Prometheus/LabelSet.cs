using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// The labels of a series: a handful, so that looking through them is as fast as a table. The names stand in one array for all series that have the same, and the first three values in the object itself:
/// together a sixth of the memory of a table.
/// </summary>
internal sealed class LabelSet : IReadOnlyDictionary<string, string>
{
    private const int Inside = 3;
    private readonly string[] _names;
    private readonly string? _first;
    private readonly string? _second;
    private readonly string? _third;
    private readonly string[]? _others;

    private LabelSet(string[] names, List<string> pairs)
    {
        _names = names;
        _first = names.Length > 0 ? pairs[1] : null;
        _second = names.Length > 1 ? pairs[3] : null;
        _third = names.Length > 2 ? pairs[5] : null;
        _others = names.Length > Inside ? [.. pairs.Where((_, i) => i % 2 == 1).Skip(Inside)] : null;
    }

    public int Count => _names.Length;

    public IEnumerable<string> Keys => _names;

    public IEnumerable<string> Values => this.Select(label => label.Value);

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no label {key}");

    /// <summary>Labels of names and values in turn. One without a value is the same as no label.</summary>
    /// <param name="pairs">The names and values; those without a value are taken out.</param>
    /// <param name="like">The labels of a series before, which probably have the same names; null where there is none.</param>
    /// <exception cref="JsonException">A name stands there twice.</exception>
    public static LabelSet Of(List<string> pairs, LabelSet? like)
    {
        for (var i = 0; i < pairs.Count; i += 2)
        {
            for (var k = 0; k < i; k += 2)
            {
                if (pairs[k] == pairs[i])
                {
                    throw new JsonException("expected each label once");
                }
            }
        }

        for (var i = pairs.Count - 2; i >= 0; i -= 2)
        {
            if (pairs[i + 1].Length == 0)
            {
                pairs.RemoveRange(i, 2);
            }
        }

        return new LabelSet(like is not null && HasNames(like._names, pairs) ? like._names : [.. pairs.Where((_, i) => i % 2 == 0)], pairs);
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var at = Array.IndexOf(_names, key);
        value = at < 0 ? null : ValueAt(at);
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var k = 0; k < _names.Length; k++)
        {
            yield return KeyValuePair.Create(_names[k], ValueAt(k));
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string ValueAt(int index) => index switch
    {
        0 => _first!,
        1 => _second!,
        2 => _third!,
        _ => _others![index - Inside],
    };

    private static bool HasNames(string[] names, List<string> pairs)
    {
        var same = names.Length * 2 == pairs.Count;
        for (var k = 0; same && k < names.Length; k++)
        {
            same = names[k] == pairs[2 * k];
        }

        return same;
    }
}
