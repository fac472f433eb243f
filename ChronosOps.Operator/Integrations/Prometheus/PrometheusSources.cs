using System.Collections.Concurrent;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// The Prometheus of each policy. The operator's own credentials go to its own address alone; to any other go those of the policy's Secret, or none.
/// </summary>
/// <param name="own">The operator's own.</param>
/// <param name="client">Reads Secrets.</param>
/// <param name="interval">How often the sources are asked.</param>
/// <param name="time">The time.</param>
/// <param name="around">What is put around each source that is asked.</param>
public sealed class PrometheusSources(PrometheusOptions own, KubernetesClient client, TimeSpan interval, TimeProvider time, Func<SeriesOrigin, ISeriesSource, ISeriesSource> around) : ISeriesSources
{
    /// <summary>Policies come and go, and with them origins. When there were this many all are made anew.</summary>
    private const int Most = 1000;
    private readonly ConcurrentDictionary<SeriesOrigin, ISeriesSource> _sources = new();

    /// <inheritdoc/>
    public ISeriesSource Of(SeriesOrigin origin)
    {
        if (_sources.Count > Most)
        {
            _sources.Clear();
        }

        return _sources.GetOrAdd(origin, Make);
    }

    private GuardedSource Make(SeriesOrigin origin)
    {
        ICredentialSource credentials = origin.Secret is { } secret ? new SecretCredentials(client, secret, time)
            : origin.Url is null ? new FileCredentials(own)
            : new NoCredentials();

        // Not the operator's tenant either, at an address that is not its own.
        var options = new PrometheusOptions
        {
            Url = origin.Url ?? own.Url,
            Tenant = origin.Tenant ?? (origin.Url is null ? own.Tenant : null),
            Timeout = own.Timeout,
            MaxAnswerBytes = own.MaxAnswerBytes,
            AcceptsPartial = own.AcceptsPartial,
        };
        return new GuardedSource(around(origin, new PrometheusSeriesSource(new PrometheusClients().Of, options, credentials, time)), interval, time);
    }
}
