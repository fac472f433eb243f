using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The labels of a series: a handful, so that looking through them is as fast as a table, and takes a quarter of the memory.</summary>
internal sealed class LabelSet : IReadOnlyDictionary<string, string>
{
    private readonly string[] _pairs;

    private LabelSet(string[] pairs) => _pairs = pairs;

    public int Count => _pairs.Length / 2;

    public IEnumerable<string> Keys => this.Select(label => label.Key);

    public IEnumerable<string> Values => this.Select(label => label.Value);

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no label {key}");

    /// <summary>Labels of names and values in turn. One without a value is the same as no label.</summary>
    /// <exception cref="JsonException">A name stands there twice.</exception>
    public static LabelSet Of(List<string> pairs)
    {
        var empty = 0;
        for (var i = 0; i < pairs.Count; i += 2)
        {
            for (var k = 0; k < i; k += 2)
            {
                if (pairs[k] == pairs[i])
                {
                    throw new JsonException("expected each label once");
                }
            }

            empty += pairs[i + 1].Length == 0 ? 1 : 0;
        }

        return new LabelSet(empty == 0 ? [.. pairs] : [.. pairs.Chunk(2).Where(pair => pair[1].Length > 0).SelectMany(pair => pair)]);
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        for (var i = 0; i < _pairs.Length; i += 2)
        {
            if (_pairs[i] == key)
            {
                value = _pairs[i + 1];
                return true;
            }
        }

        value = null;
        return false;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var i = 0; i < _pairs.Length; i += 2)
        {
            yield return KeyValuePair.Create(_pairs[i], _pairs[i + 1]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
