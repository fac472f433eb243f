using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ChronosOps.Benchmarks.Poll;

/// <summary><c>bench poll-serve</c>: a Prometheus that has the series of many workloads and answers range queries for the namespaces that a query names. A process of its own, so that its work is not counted.</summary>
internal static partial class PollServer
{
    private static long _queries;
    private static long _bytes;
    private static long _sent;

    /// <summary>Answers until the input ends. GET /stats: queries, bytes of JSON and bytes that were sent, since the start.</summary>
    public static async Task<int> RunAsync(int port, int workloads, int namespaces, int pods, bool compress)
    {
        using var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        listener.Start();
        Console.WriteLine("ready");
        var ended = Task.Run(Console.In.ReadToEnd); // the console reads synchronously
        while (true)
        {
            var next = listener.GetContextAsync();
            if (await Task.WhenAny(next, ended) == ended)
            {
                return 0;
            }

            var context = await next;
            _ = Task.Run(() => AnswerAsync(context, workloads, namespaces, pods, compress));
        }
    }

    private static async Task AnswerAsync(HttpListenerContext context, int workloads, int namespaces, int pods, bool compress)
    {
        if (context.Request.Url!.AbsolutePath == "/stats")
        {
            var processor = (long)Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds;
            context.Response.OutputStream.Write(Encoding.ASCII.GetBytes($"{Interlocked.Read(ref _queries)} {Interlocked.Read(ref _bytes)} {Interlocked.Read(ref _sent)} {processor}"));
            context.Response.Close();
            return;
        }

        using var reader = new StreamReader(context.Request.InputStream);
        var form = (await reader.ReadToEndAsync()).Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair[1]));
        var (query, start, end, step) = (form["query"], Seconds(form["start"]), Seconds(form["end"]), Seconds(form["step"]));
        var body = new MemoryStream();
        Write(body, query, Asked(query), (start, end, Math.Max(1, step)), (workloads, namespaces, pods));
        var compressed = compress && context.Request.Headers["Accept-Encoding"]?.Contains("gzip", StringComparison.Ordinal) == true;
        Interlocked.Increment(ref _queries);
        Interlocked.Add(ref _bytes, body.Length);
        var sent = compressed ? Compress(body) : body;
        Interlocked.Add(ref _sent, sent.Length);
        if (compressed)
        {
            context.Response.AddHeader("Content-Encoding", "gzip");
        }

        // A connection each: the listener closes those that are idle while the other side thinks.
        context.Response.KeepAlive = false;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = sent.Length;
        await context.Response.OutputStream.WriteAsync(sent.GetBuffer().AsMemory(0, (int)sent.Length));
        context.Response.Close();
    }

    /// <summary>One series for each pod, or for each bound of each pod, of the namespaces.</summary>
    private static void Write(MemoryStream body, string query, HashSet<string> asked, (long Start, long End, long Step) grid, (int Workloads, int Namespaces, int Pods) world)
    {
        var began = PollWorld.Epoch.ToUnixTimeSeconds() - 86400;
        var first = true;
        body.Write("""{"status":"success","data":{"resultType":"matrix","result":["""u8);
        if (query.Contains("timestamp(http", StringComparison.Ordinal))
        {
            foreach (var ns in asked)
            {
                Series("", ns, null, time => time - 3);
            }
        }
        else
        {
            for (var workload = 0; workload < world.Workloads; workload++)
            {
                var ns = PollWorld.Namespace(workload % world.Namespaces);
                for (var pod = 0; asked.Contains(ns) && pod < world.Pods; pod++)
                {
                    OfPod(PollWorld.Pod(workload, pod), ns, workload);
                }
            }
        }

        body.Write("]}}"u8);

        void OfPod(string pod, string ns, int workload)
        {
            long Requests(long time) => (time - began) * (3 + (workload % 17));
            if (query.Contains("_bucket", StringComparison.Ordinal))
            {
                for (var k = 0; k < PollWorld.Bounds.Length; k++)
                {
                    var share = Math.Min(1, (k + 1) / 6.0);
                    Series(pod, ns, PollWorld.Bounds[k], time => Math.Floor(Requests(time) * share));
                }
            }
            else if (!query.Contains("5..", StringComparison.Ordinal))
            {
                Series(pod, ns, null, query.Contains("http_requests_total", StringComparison.Ordinal) ? time => Requests(time) : time => 0.2 + (((workload * 31) + time) % 4001 / 10007.0));
            }
            else if (workload % 50 == 0)
            {
                Series(pod, ns, null, time => Requests(time) / 100);
            }
        }

        void Series(string pod, string ns, string? bound, Func<long, double> value)
        {
            body.Write(Encoding.ASCII.GetBytes(
                $"{(first ? "" : ",")}{{\"metric\":{{{(bound is null ? "" : $"\"le\":\"{bound}\",")}\"namespace\":\"{ns}\"{(pod.Length == 0 ? "" : $",\"pod\":\"{pod}\"")}}},\"values\":["));
            first = false;
            Span<byte> number = stackalloc byte[32];
            for (var time = grid.Start; time <= grid.End; time += grid.Step)
            {
                body.Write(time == grid.Start ? "["u8 : ",["u8);
                Utf8Formatter.TryFormat(time, number, out var written);
                body.Write(number[..written]);
                body.Write(",\""u8);
                value(time).TryFormat(number, out written, default, CultureInfo.InvariantCulture);
                body.Write(number[..written]);
                body.Write("\"]"u8);
            }

            body.Write("]}"u8);
        }
    }

    private static MemoryStream Compress(MemoryStream body)
    {
        var sent = new MemoryStream();
        using (var gzip = new GZipStream(sent, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.GetBuffer(), 0, (int)body.Length);
        }

        return sent;
    }

    private static long Seconds(string text) => (long)double.Parse(text, CultureInfo.InvariantCulture);

    private static HashSet<string> Asked(string query) =>
        Matcher().Match(query) is { Success: true } match ? [.. match.Groups["names"].Value.Split('|')] : throw new InvalidOperationException($"no namespace in {query}");

    [GeneratedRegex("namespace=~?\"(?<names>[-a-z0-9|]+)\"")]
    private static partial Regex Matcher();
}
