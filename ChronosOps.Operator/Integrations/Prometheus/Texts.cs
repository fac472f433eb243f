using System.Text;
using System.Text.Json;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The strings of one answer, each once: the name of a pod stands in it as often as its histogram has buckets.</summary>
internal sealed class Texts
{
    private readonly Dictionary<int, List<string>> _byHash = [];

    /// <summary>The string, or name of a property, that a reader stands at.</summary>
    public string Of(ref Utf8JsonReader reader)
    {
        var bytes = reader.ValueSpan;
        if (reader.ValueIsEscaped || !Ascii.IsValid(bytes))
        {
            return reader.GetString()!;
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        var key = hash.ToHashCode();
        if (!_byHash.TryGetValue(key, out var same))
        {
            _byHash[key] = same = new List<string>(1);
        }

        foreach (var known in same)
        {
            if (Ascii.Equals(bytes, known))
            {
                return known;
            }
        }

        var text = Encoding.ASCII.GetString(bytes);
        same.Add(text);
        return text;
    }
}
