using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>A watch event together with what could not be read of it.</summary>
/// <param name="Event">The event; without its object if that cannot be read.</param>
/// <param name="Failure">Why not.</param>
/// <param name="IsInitialEventsEnd">A bookmark after everything there was when a watch with <c>sendInitialEvents</c> began.</param>
internal readonly record struct RawWatchEvent<T>(WatchEvent<T> Event, UndecodableObject? Failure, bool IsInitialEventsEnd = false);

/// <summary>Splits the body of a watch into lines and reads one event from each.</summary>
internal static class WatchStream
{
    /// <summary>The server's own limit for an object is about 1.5 MiB; ten times that is no object.</summary>
    public const int LongestLine = 16 * 1024 * 1024;

    public static async IAsyncEnumerable<RawWatchEvent<T>> ReadAsync<T>(Stream body, ResourceType<T> type, [EnumeratorCancellation] CancellationToken ct,
        int longestLine = LongestLine)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(ct).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (TryTakeLine(ref buffer, out var line))
                {
                    if (!IsBlank(line))
                        yield return Parse(line, type);
                }
                if (buffer.Length > longestLine)
                    throw new InvalidDataException($"a line of the watch is longer than {longestLine} bytes");
                if (result.IsCompleted && !IsBlank(buffer))
                    throw new InvalidDataException("the watch ended in the middle of an event");
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end)
            return false;
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \r\t"u8))
                return false;
        }
        return true;
    }

    private static RawWatchEvent<T> Parse<T>(ReadOnlySequence<byte> line, ResourceType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var json = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        string? kind = null;
        var obj = ReadOnlySpan<byte>.Empty;
        var reader = new Utf8JsonReader(json, ObjectDecoder.ReaderOptions);
        ObjectDecoder.Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = reader.GetString();
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                obj = ObjectDecoder.Value(ref reader, json);
            }
            else
            {
                ObjectDecoder.Value(ref reader, json);
            }
        }
        return kind switch
        {
            "ADDED" => Object(WatchEventType.Added, obj, type),
            "MODIFIED" => Object(WatchEventType.Modified, obj, type),
            "DELETED" => Object(WatchEventType.Deleted, obj, type),
            "BOOKMARK" => Bookmark<T>(ObjectHead.Read(obj)),
            "ERROR" => new(new WatchEvent<T>(WatchEventType.Error, null, JsonSerializer.Deserialize(obj, KubernetesJson.Default.V1Status), null), null),
            _ => throw new JsonException($"\"{kind}\" is not a type of watch event"),
        };
    }

    private static RawWatchEvent<T> Bookmark<T>(ObjectHead head)
        where T : class =>
        new(new WatchEvent<T>(WatchEventType.Bookmark, null, null, head.ResourceVersion), null, head.IsInitialEventsEnd);

    private static RawWatchEvent<T> Object<T>(WatchEventType kind, ReadOnlySpan<byte> json, ResourceType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        ObjectDecoder.TryDecode(json, type, out var obj, out var failure)
            ? new(new WatchEvent<T>(kind, obj, null, obj!.Metadata.ResourceVersion), null)
            : new(new WatchEvent<T>(kind, null, null, ObjectHead.Read(json).ResourceVersion), failure);
}
