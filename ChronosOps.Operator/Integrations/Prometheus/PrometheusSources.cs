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
    /// <summary>Where there are more, what the last rounds did not ask is let go.</summary>
    private const int Many = 1000;

    /// <summary>So many rounds, of which even what is learnt slowly asks in some.</summary>
    private const int Rounds = 20;

    /// <summary>Namespaces with queries of their own. There may be one for each namespace of a large cluster; when there were more their guards are made anew.</summary>
    private const int MostNamespaces = 20_000;

    /// <summary>Policies come and go, and with them origins. One that nobody has asked for so long is let go.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<SeriesOrigin, KeptSource> _sources = new();

    /// <inheritdoc/>
    public ISeriesSource Of(SeriesOrigin origin) => Find(origin).Made.Shared;

    /// <inheritdoc/>
    public ISeriesSource OfOwnQueries(SeriesOrigin origin, string @namespace)
    {
        var kept = Find(origin);
        if (kept.Own.Count > MostNamespaces)
        {
            kept.Own.Clear();
        }

        return kept.Own.GetOrAdd(@namespace, _ => new GuardedSource(kept.Made.Bounded, interval, time, whole: kept.Made.Shared));
    }

    private KeptSource Find(SeriesOrigin origin)
    {
        var now = time.GetUtcNow();
        if (!_sources.TryGetValue(origin, out var kept))
        {
            LetGo(now);
            kept = _sources.GetOrAdd(origin, added => new KeptSource(Make(added), now));
        }

        kept.UsedAt = now;
        return kept;
    }

    /// <summary>Queries that are under way end with what is let go; its connections close after a minute.</summary>
    private void LetGo(DateTimeOffset now)
    {
        var unused = now - (_sources.Count < Many ? Kept : interval * Rounds);
        foreach (var (origin, kept) in _sources)
        {
            if (kept.UsedAt < unused)
            {
                _sources.TryRemove(origin, out _);
            }
        }
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

    private sealed class KeptSource(Made made, DateTimeOffset usedAt)
    {
        private long _usedAt = usedAt.UtcTicks;

        public Made Made { get; } = made;

        /// <summary>The guards of queries of policies' own, by namespace.</summary>
        public ConcurrentDictionary<string, GuardedSource> Own { get; } = new();

        public DateTimeOffset UsedAt
        {
            get => new(Volatile.Read(ref _usedAt), TimeSpan.Zero);
            set => Volatile.Write(ref _usedAt, value.UtcTicks);
        }
    }
}
