using System.Text.Json;

namespace ChronosOps.Kubernetes;

public sealed partial class GenericClient<T>
{
    /// <summary>One page whose objects are transformed one by one as they arrive; all of it when the options set no limit.</summary>
    internal async Task<KubernetesList<T>> ListAsync(string? ns, ListOptions options, Func<T, T>? transform, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, Type.Path(ns) + QueryString.Of(options), Accept: Accept(list: true));
        try
        {
            var list = await sender.SendAsync(request, (_, body, token) => new ListReader<T>(Type, transform).ReadAsync(body, token), ct).ConfigureAwait(false);
            foreach (var failure in list.Undecodable)
                Report(failure);
            return list;
        }
        catch (JsonException e)
        {
            throw new KubernetesException(0, $"{request}: the answer is not a list: {e.Message}", inner: e);
        }
    }
}
