using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Web;

namespace ChronosOps.Benchmarks;

/// <summary><c>bench history</c>: answers query_range as Prometheus would that had watched many Deployments, for <c>chronosops backtest</c> to be measured with. One in a hundred has a bad release each day.</summary>
internal static class PastServer
{
    private const string Characters = "bcdfghjklmnpqrstvwxz2456789";
    private const double Day = 86400;
    private const double BadFor = 600;

    /// <param name="address">Where it listens, with a slash at the end.</param>
    /// <param name="workloads">How many Deployments.</param>
    /// <param name="pods">Pods of each.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task RunAsync(string address, int workloads, int pods, CancellationToken ct)
    {
        using var listener = new HttpListener();
        listener.Prefixes.Add(address);
        listener.Start();
        Console.WriteLine($"{workloads} Deployments with {pods} pods each on {address}");
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await AnswerAsync(await listener.GetContextAsync().WaitAsync(ct), workloads, pods);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpListenerException or IOException)
            {
                Console.Error.WriteLine($"a client broke off: {e.Message}");
            }
        }
    }

    private static async Task AnswerAsync(HttpListenerContext context, int workloads, int pods)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var form = HttpUtility.ParseQueryString(await reader.ReadToEndAsync());
        if (form["query"] is not { } query || !TryNumber(form["start"], out var start) || !TryNumber(form["end"], out var end) || !TryNumber(form["step"], out var step) || step <= 0)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
            context.Response.Close();
            return;
        }

        context.Response.ContentType = "application/json";
        await using var output = new BufferedStream(context.Response.OutputStream, 1 << 20);
        output.Write("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["u8);

        // Counters are no times of samples: without any, the history is as new as it says.
        if (!query.Contains("kube_", StringComparison.Ordinal) && !query.Contains("timestamp(", StringComparison.Ordinal))
        {
            Write(output, query, workloads, pods, start, end, step);
        }

        output.Write("]}}"u8);
    }

    private static bool TryNumber(string? text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static void Write(Stream output, string query, int workloads, int pods, double start, double end, double step)
    {
        var (isErrors, isLatency) = (query.Contains("5..", StringComparison.Ordinal), query.Contains("_bucket", StringComparison.Ordinal));
        var first = true;
        foreach (var workload in Enumerable.Range(0, workloads))
        {
            // Pods of one release follow those of another each day.
            for (var day = Math.Floor(start / Day); day <= end / Day; day++)
            {
                var (from, to) = (Math.Max(start, day * Day), Math.Min(end, ((day + 1) * Day) + 30));
                foreach (var pod in Enumerable.Range(0, pods))
                {
                    foreach (var le in isLatency ? new[] { "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf" } : [""])
                    {
                        output.Write(Encoding.ASCII.GetBytes($"{(first ? "" : ",")}{{\"metric\":{{\"namespace\":\"shop\",\"pod\":\"app-{Name(workload, 3)}-{Name(((int)day * 7919) + workload, 9)}-{Name(pod, 5)}\"{(isLatency ? $",\"le\":\"{le}\"" : "")}}},\"values\":["));
                        WritePoints(output, workload, day, from, to, step, isErrors, isLatency && Bounds(le) < 0.1);
                        output.Write("]}"u8);
                        first = false;
                    }
                }
            }
        }
    }

    private static double Bounds(string le) => le == "+Inf" ? double.PositiveInfinity : double.Parse(le, CultureInfo.InvariantCulture);

    private static void WritePoints(Stream output, int workload, double day, double from, double to, double step, bool isErrors, bool isBelow)
    {
        Span<byte> text = stackalloc byte[32];
        var isFirst = true;
        for (var time = Math.Ceiling(from / step) * step; time <= to; time += step)
        {
            var age = time - (day * Day);
            var rate = 5 + (workload % 7);
            var bad = (workload + (int)day) % 100 == 0 ? 0.3 * Math.Min(age, BadFor) : 0;
            var value = (long)(rate * (isErrors ? (0.002 * age) + bad : isBelow ? 0.5 * age : age));
            output.Write(isFirst ? "["u8 : ",["u8);
            Utf8Formatter.TryFormat((long)time, text, out var written);
            output.Write(text[..written]);
            output.Write(",\""u8);
            Utf8Formatter.TryFormat(value, text, out written);
            output.Write(text[..written]);
            output.Write("\"]"u8);
            isFirst = false;
        }
    }

    private static string Name(int number, int length) => string.Create(length, number, (text, n) =>
    {
        for (var k = 0; k < text.Length; k++, n /= Characters.Length)
        {
            text[k] = Characters[n % Characters.Length];
        }
    });
}
