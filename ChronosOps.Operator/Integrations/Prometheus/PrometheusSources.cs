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

    /// <summary>Likewise namespaces with queries of their own. There may be one for each namespace of a large cluster.</summary>
    private const int MostNamespaces = 20_000;
    private readonly ConcurrentDictionary<SeriesOrigin, Lazy<Made>> _sources = new();
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, string Namespace), GuardedSource> _own = new();

    /// <inheritdoc/>
    public ISeriesSource Of(SeriesOrigin origin) => Find(origin).Shared;

    /// <inheritdoc/>
    public ISeriesSource OfOwnQueries(SeriesOrigin origin, string @namespace)
    {
        if (_own.Count > MostNamespaces)
        {
            _own.Clear();
        }

        return _own.GetOrAdd((origin, @namespace), _ =>
        {
            var made = Find(origin);
            return new GuardedSource(made.Bounded, interval, time, whole: made.Shared);
        });
    }

    private Made Find(SeriesOrigin origin)
    {
        if (_sources.Count > Most)
        {
            _sources.Clear();
            _own.Clear();
        }

        return _sources.GetOrAdd(origin, key => new Lazy<Made>(() => Make(key))).Value;
    }

    private Made Make(SeriesOrigin origin)
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
        var clients = new PrometheusClients();
        var bounded = options with { MaxAnswerBytes = Math.Min(own.MaxAnswerBytes, own.MaxOwnAnswerBytes) };
        return new Made(new GuardedSource(Asking(options), interval, time), Asking(bounded));

        ISeriesSource Asking(PrometheusOptions with) => around(origin, new PrometheusSeriesSource(clients.Of, with, credentials, time));
    }

    /// <summary>What was made for an origin: the source that all share, and the one that bears less of a query, which has no guard yet.</summary>
    private sealed record Made(GuardedSource Shared, ISeriesSource Bounded);
}
