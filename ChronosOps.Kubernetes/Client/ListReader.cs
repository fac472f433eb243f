using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Reads a list while it arrives, object by object: of the answer, which can be hundreds of megabytes (a server takes no notice of
/// the limit where it lists from its cache), there is never more in memory than one object and one buffer.
/// </summary>
/// <param name="type">The kind.</param>
/// <param name="transform">Applied to each object as soon as it is read, before the next one is.</param>
internal sealed class ListReader<T>(ResourceType<T> type, Func<T, T>? transform = null)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int BufferSize = 32 * 1024;
    private readonly List<T> items = [];
    private readonly List<UndecodableObject> bad = [];
    private V1ListMeta metadata = new();
    private JsonReaderState state = new(ObjectDecoder.ReaderOptions);
    private Place place = Place.Start;

    /// <summary>Where in the document the next token stands.</summary>
    private enum Place
    {
        Start,
        Properties,
        Items,
        End,
    }

    /// <exception cref="JsonException">The document is not a list, or ends too early.</exception>
    public async Task<KubernetesList<T>> ReadAsync(Stream body, CancellationToken ct)
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await pipe.ReadAsync(ct).ConfigureAwait(false);
                var taken = Take(result.Buffer, result.IsCompleted);
                if (result.IsCompleted)
                    return place == Place.End ? new() { Metadata = metadata, Items = items, Undecodable = bad } : throw new JsonException("the document ends too early");
                if (result.Buffer.Slice(taken).Length > WatchStream.LongestLine)
                    throw new JsonException($"an object is longer than {WatchStream.LongestLine} bytes");
                pipe.AdvanceTo(taken, result.Buffer.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes as many whole pieces as there are, and returns where they end.</summary>
    private SequencePosition Take(ReadOnlySequence<byte> buffer, bool isAll)
    {
        var reader = new Utf8JsonReader(buffer, isAll, state);
        var end = buffer.Start;
        while (place != Place.End && TakeOne(ref reader, buffer))
            (state, end) = (reader.CurrentState, reader.Position);
        return place == Place.End ? buffer.End : end;
    }

    private bool TakeOne(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer)
    {
        if (!reader.Read())
            return false;
        switch (place, reader.TokenType)
        {
            case (Place.Start, JsonTokenType.StartObject):
                place = Place.Properties;
                return true;
            case (Place.Properties, JsonTokenType.EndObject):
                place = Place.End;
                return true;
            case (Place.Items, JsonTokenType.EndArray):
                place = Place.Properties;
                return true;
            case (Place.Properties, _):
                return TakeProperty(ref reader, buffer);
            case (Place.Items, _):
                return Value(ref reader, buffer, this, static (list, json) => list.Add(json));
            default:
                throw new JsonException($"expected an object, found {reader.TokenType}");
        }
    }

    private bool TakeProperty(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer)
    {
        var (isMetadata, isItems) = (reader.ValueTextEquals("metadata"u8), reader.ValueTextEquals("items"u8));
        if (!reader.Read())
            return false;
        if (isItems && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null))
            throw new JsonException("items is not a list");
        if (isItems && reader.TokenType == JsonTokenType.StartArray)
            place = Place.Items;
        else if (isMetadata)
            return Value(ref reader, buffer, this, static (list, json) => list.metadata = JsonSerializer.Deserialize(json, KubernetesJson.Default.V1ListMeta) ?? list.metadata);
        else
            return reader.TrySkip();
        return true;
    }

    private void Add(ReadOnlySpan<byte> json)
    {
        if (ObjectDecoder.TryDecode(json, type, out var item, out var failure) && Transformation.TryApply(transform, type, ref item!, out failure))
            items.Add(item);
        else
            bad.Add(failure!);
    }

    private delegate void Use(ListReader<T> list, ReadOnlySpan<byte> json);

    /// <summary>Uses the bytes of the value that begins here; false if it is not all there yet.</summary>
    private static bool Value(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer, ListReader<T> list, Use use)
    {
        var start = reader.TokenStartIndex;
        if (!reader.TrySkip())
            return false;
        var json = buffer.Slice(start, reader.BytesConsumed - start);
        if (json.IsSingleSegment)
        {
            use(list, json.FirstSpan);
            return true;
        }
        var copy = ArrayPool<byte>.Shared.Rent((int)json.Length);
        try
        {
            json.CopyTo(copy);
            use(list, copy.AsSpan(0, (int)json.Length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
