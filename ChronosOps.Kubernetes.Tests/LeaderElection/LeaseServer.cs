using System.Net;
using System.Text;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>One lease in memory, written as an API server would: only with its current version.</summary>
internal sealed class LeaseServer
{
    private readonly Lock gate = new();
    private V1Lease? lease;
    private int version;

    public V1Lease? Lease
    {
        get { lock (gate) return lease; }
    }

    public int Writes
    {
        get { lock (gate) return version; }
    }

    /// <summary>Changes the lease behind the contenders' backs; null: it is gone.</summary>
    public void Set(V1LeaseSpec? spec)
    {
        lock (gate)
            lease = spec is null ? null : Stored(new V1Lease { Metadata = { Name = "leader", NamespaceProperty = "shop" }, Spec = spec });
    }

    public HttpResponseMessage Handle(HttpMethod method, string body)
    {
        lock (gate)
        {
            if (method == HttpMethod.Get)
                return lease is null ? Failure(HttpStatusCode.NotFound, "NotFound") : Success();
            var sent = JsonSerializer.Deserialize(body, KubernetesJson.Default.V1Lease)!;
            if (method == HttpMethod.Post && lease is not null)
                return Failure(HttpStatusCode.Conflict, "AlreadyExists");
            if (method == HttpMethod.Put && lease is null)
                return Failure(HttpStatusCode.NotFound, "NotFound");
            if (method == HttpMethod.Put && sent.ResourceVersion() != lease?.ResourceVersion())
                return Failure(HttpStatusCode.Conflict, "Conflict");
            lease = Stored(sent);
            return Success();
        }
    }

    public static HttpResponseMessage Failure(HttpStatusCode code, string reason) =>
        Answer(code, $$"""{"kind":"Status","apiVersion":"v1","reason":"{{reason}}","message":"{{reason}}","code":{{(int)code}}}""");

    private V1Lease Stored(V1Lease sent)
    {
        sent.Metadata.ResourceVersion = $"{++version}";
        return sent;
    }

    private HttpResponseMessage Success() => Answer(HttpStatusCode.OK, JsonSerializer.Serialize(lease!, KubernetesJson.Default.V1Lease));

    private static HttpResponseMessage Answer(HttpStatusCode code, string json) =>
        new(code) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}

/// <summary>What can happen to a request on its way.</summary>
internal enum LeaseFault
{
    None,
    Refused,
    Silence,
    LostAnswer,
}

/// <summary>The way from one contender to the server, which may be disturbed.</summary>
internal sealed class LeaseConnection(LeaseServer server) : DelegatingHandler
{
    private int requests;

    public Func<LeaseFault> Fault { get; set; } = () => LeaseFault.None;

    public int Requests => Volatile.Read(ref requests);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref requests);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        switch (Fault())
        {
            case LeaseFault.Refused:
                return LeaseServer.Failure(HttpStatusCode.InternalServerError, "InternalError");
            case LeaseFault.Silence:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case LeaseFault.LostAnswer:
                server.Handle(request.Method, body).Dispose();
                throw new HttpRequestException("cut");
        }
        return server.Handle(request.Method, body);
    }
}
