using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>Answers the client's requests in this process, in place of the network.</summary>
internal sealed class FakeApi : DelegatingHandler
{
    private readonly Func<FakeRequest, FakeAnswer> _answer;

    public FakeApi(Func<FakeRequest, FakeAnswer> answer)
    {
        _answer = answer;
        Client = new KubernetesClient(new KubernetesClientConfiguration { Host = "http://api.invalid" }, new FakeTime(), this);
    }

    public KubernetesClient Client { get; }

    public List<FakeRequest> Requests { get; } = [];

    public IEnumerable<FakeRequest> Writes => Requests.Where(request => request.Method != "GET");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        var seen = new FakeRequest(request.Method.Method, request.RequestUri!.PathAndQuery, request.Content?.Headers.ContentType?.MediaType, body);
        Requests.Add(seen);
        var answer = _answer(seen);
        return answer.Status == 0
            ? throw new HttpRequestException("connection reset")
            : new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, "application/json") };
    }
}

/// <summary>What was sent.</summary>
internal sealed record FakeRequest(string Method, string PathAndQuery, string? ContentType, JsonNode? Body);

/// <summary>What is answered; status 0 breaks the connection.</summary>
internal sealed record FakeAnswer(int Status, string Body = "{}");
