using System.Net.Sockets;

namespace ChronosOps.Samples.DemoService.Load;

/// <summary>Sends one GET over a connection of its own and says how it ended. Never throws for what the other side does.</summary>
internal sealed class RequestSender : IDisposable
{
    private readonly LoadOptions options;
    private readonly TimeProvider clock;
    private readonly HttpClient client;

    public RequestSender(LoadOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // A kept connection would stick to the pod it found first and would not see what new users see.
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.ConnectionClose = true;
    }

    public async Task<RequestOutcome> SendAsync()
    {
        var sent = clock.GetUtcNow();
        var start = clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(options.Timeout, clock);
        RequestOutcome Ended(OutcomeKind kind, int? status = null, string? error = null) =>
            new(sent, clock.GetElapsedTime(start), kind, status, error);

        try
        {
            using var response = await client.GetAsync(options.Url, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var status = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode)
            {
                return Ended(OutcomeKind.Status, status);
            }

            return Ended(clock.GetElapsedTime(start) > options.Slow ? OutcomeKind.Slow : OutcomeKind.Ok, status);
        }
        catch (OperationCanceledException)
        {
            return Ended(OutcomeKind.Timeout);
        }
        catch (HttpRequestException failed)
        {
            var error = failed.InnerException is SocketException socket ? socket.SocketErrorCode.ToString() : failed.HttpRequestError.ToString();
            return Ended(OutcomeKind.Connect, (int?)failed.StatusCode, error);
        }
        catch (IOException failed)
        {
            return Ended(OutcomeKind.Connect, error: failed.GetType().Name);
        }
    }

    public void Dispose() => client.Dispose();
}
