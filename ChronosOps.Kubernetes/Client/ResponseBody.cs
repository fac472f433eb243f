using System.Runtime.InteropServices;

namespace ChronosOps.Kubernetes;

/// <summary>Reads whole answers.</summary>
internal static class ResponseBody
{
    public static async Task<byte[]> ReadAsync(HttpContent content, TimeLimit limit)
    {
        var known = content.Headers.ContentLength;
        await using var body = new Buffer(known is > 0 and <= int.MaxValue ? (int)known : 0, limit);
        await content.CopyToAsync(body, limit.Token).ConfigureAwait(false);
        return body.Length == body.Capacity ? body.GetBuffer() : body.ToArray();
    }

    private sealed class Buffer(int capacity, TimeLimit limit) : MemoryStream(capacity)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            limit.Progress();
            base.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (MemoryMarshal.TryGetArray(buffer, out var array))
                Write(array.Array!, array.Offset, array.Count);
            else
                Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
