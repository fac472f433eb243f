using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Reads objects one by one, so that one which cannot be read costs only itself.</summary>
internal static class ObjectDecoder
{
    /// <summary>As deep as the server's own reader goes. What is deeper than our models can read is skipped, not the list around it.</summary>
    internal static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 10_000 };

    public static bool TryDecode<T>(ReadOnlySpan<byte> json, ResourceType<T> type, out T? obj, out UndecodableObject? failure)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        (obj, failure) = (null, null);
        try
        {
            obj = JsonSerializer.Deserialize(json, type.Json) ?? throw new JsonException("the object is null");
            Identify(obj, type);
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            obj = null;
            var head = ObjectHead.Read(json);
            failure = new UndecodableObject(type.ToString(), new ObjectKey(head.Namespace, head.Name ?? ""), e.Message);
            return false;
        }
    }

    /// <summary>One object, where it is the whole answer.</summary>
    public static T Decode<T>(ReadOnlySpan<byte> json, ResourceType<T> type, ApiRequest request)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        TryDecode(json, type, out var obj, out var failure)
            ? obj!
            : throw new KubernetesException(0, $"{request}: the answer cannot be read: {failure!.Message}");

    /// <summary>The bytes of the value after a property's name.</summary>
    internal static ReadOnlySpan<byte> Value(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Read())
            throw new JsonException("the document ends too early");
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>Items of a list carry no kind, and metadata alone carries that of the metadata.</summary>
    private static void Identify<T>(T obj, ResourceType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!type.MetadataOnly && obj is { Kind.Length: > 0, ApiVersion.Length: > 0 })
            return;
        (obj.ApiVersion, obj.Kind) = (type.ApiVersion, type.Kind);
    }

    internal static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
            throw new JsonException($"expected {token}, found {reader.TokenType}");
    }
}
