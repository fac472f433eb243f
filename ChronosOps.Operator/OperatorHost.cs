using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Web;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator;

/// <summary>Puts the operator together and runs it: top to bottom, the way an incident travels.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what is running")]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what is running")]
[EntityRbac(typeof(V1DaemonSet), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what is running")]
[EntityRbac(typeof(V1Job), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what has failed")]
[EntityRbac(typeof(V1CronJob), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "which runs were missed")]
[EntityRbac(typeof(V1ReplicaSet), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "the revisions of Deployments")]
[EntityRbac(typeof(V1ControllerRevision), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "the revisions of StatefulSets and DaemonSets")]
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "states of containers")]
[EntityRbac(typeof(V1Service), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "whether those that led to a workload's pods still do")]
[EntityRbac(typeof(RemediationPolicy), Verbs = RbacVerb.List | RbacVerb.Watch)]
[EntityRbac(typeof(Incident), Verbs = RbacVerb.List | RbacVerb.Watch)]
public static class OperatorHost
{
    /// <summary>What is usual is learnt at every fourth evaluation: a minute where nothing else is set, as the windows of the baseline are meant for.</summary>
    internal const int LearningSteps = 4;

    /// <summary>The health page is not there before, and the kubelet waits for it.</summary>
    private static readonly TimeSpan DiscoveryPatience = TimeSpan.FromSeconds(5);

    /// <summary>Runs until it is told to stop.</summary>
    /// <returns>0 after an orderly stop, 1 when the operator could not start.</returns>
    public static async Task<int> RunAsync(RunOptions options, CancellationToken cancellationToken)
    {
        await using var app = BuildApp(options);
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        var log = loggers.CreateLogger("ChronosOps");
        var time = TimeProvider.System;
        using var client = new KubernetesClient(new CliHost().Configure(options.Kubeconfig, options.Context), time);
        using var metrics = new ChronosMetrics(client.Metrics.Meter);

        // What is running.
        var scope = string.IsNullOrEmpty(options.Namespace) ? null : options.Namespace;
        var running = new WorkloadCaches(
            new Informer<V1Deployment>(client.For(KubernetesResources.Deployments), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("Deployments"), time),
            new Informer<V1ReplicaSet>(client.For(KubernetesResources.ReplicaSets), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("ReplicaSets"), time),
            new Informer<V1StatefulSet>(client.For(KubernetesResources.StatefulSets), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("StatefulSets"), time),
            new Informer<V1DaemonSet>(client.For(KubernetesResources.DaemonSets), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("DaemonSets"), time),
            new Informer<V1ControllerRevision>(client.For(KubernetesResources.ControllerRevisions), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("ControllerRevisions"), time),
            new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("Pods"), time),
            new Informer<V1Service>(client.For(KubernetesResources.Services), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("Services"), time),
            new Informer<V1Job>(client.For(KubernetesResources.Jobs), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("Jobs"), time),
            new Informer<V1CronJob>(client.For(await CronJobsOfAsync(client, cancellationToken).ConfigureAwait(false)), new() { Namespace = scope, Transform = CacheTransforms.Slim }, loggers.CreateLogger("CronJobs"), time),
            AllNamespaces: scope is null);
        var policyCache = new Informer<RemediationPolicy>(client.For(ApiResources.Policies), new() { Namespace = scope }, loggers.CreateLogger("RemediationPolicies"), time);
        var incidentCache = new Informer<Incident>(client.For(ApiResources.Incidents), new() { Namespace = scope }, loggers.CreateLogger("Incidents"), time);
        var catalog = new WorkloadCatalog(running, time);
        var policies = new PolicyRegistry(policyCache, catalog, options.PolicyOrigins);
        var incidents = new IncidentBook(incidentCache);
        var knownGood = new KnownGoodBook();

        // Sees.
        var interval = options.EvaluationInterval;
        var series = new PrometheusSources(options.Prometheus, client, interval, time, (origin, source) => new MeasuredSource(source, metrics, tellsClock: origin == SeriesOrigin.Own));
        var spanned = new SpannedReader();
        spanned.Divided += metrics.SeriesDivided;
        var board = new SignalBoard();
        var learnt = new LearntBoard(interval * LearningSteps);

        // That a history is slow to read must not have the source left alone by the evaluations.
        var history = new PrometheusSources(options.Prometheus, client, interval, time, (_, source) => new MeasuredSource(source, metrics, tellsClock: false));
        var past = new SpannedReader();
        past.Divided += metrics.SeriesDivided;
        var learner = new Learner(history, learnt, past, time) { IsDoubted = (workload, policy) => incidents.OpenOf(workload.Key) is { } open && ReleaseDoubt.IsIn(open.Status, policy) };
        var learning = new LearningLoop(policies, learner, learnt, time, loggers.CreateLogger<LearningLoop>());
        var alerts = new AlertReadings(options.AlertsExpireAfter);

        // Thinks, decides, heals, tells.
        var events = new EventRecorder(client, "chronosops", Environment.MachineName, time, loggers.CreateLogger("Events"));
        var graph = new ServiceGraph(series.Of(SeriesOrigin.Own), interval, catalog.OwnerOfPod, catalog.TargetsOf);
        var chains = new IncidentChains(incidents, catalog, graph);
        var assessor = new Assessor(new Collectors(client, series, catalog, board, knownGood, incidents, graph, interval));
        var storms = new StormWatch(incidents, board, options.Storm);
        var gateKeeper = new GateKeeper(incidents, new EmergencyStop(client, options.ControlNamespace, options.ControlConfigMap), storms, chains);
        var effects = new Effects(new RollbackEffect(client), new RestartEffect(client), new ScaleEffect(client), new RollingRestartEffect(client));
        var phases = new Dictionary<IncidentPhase, IPhase>
        {
            [IncidentPhase.Observing] = new ObservingPhase(interval),
            [IncidentPhase.Orienting] = new OrientingPhase(assessor),
            [IncidentPhase.Deciding] = new DecidingPhase(assessor, gateKeeper, effects, interval),
            [IncidentPhase.Acting] = new ActingPhase(assessor, gateKeeper, effects),
            [IncidentPhase.Verifying] = new VerifyingPhase(assessor, gateKeeper, effects, interval),
            [IncidentPhase.Mitigated] = new MitigatedPhase(gateKeeper, new AutoscalerReader(client)),
            [IncidentPhase.Escalated] = new EscalatedPhase(interval),
        };
        var journal = new IncidentJournal(client, events, metrics, loggers.CreateLogger<IncidentJournal>());
        var retention = new IncidentRetention(client, options.IncidentRetention, time, loggers.CreateLogger<IncidentRetention>());
        var controller = new IncidentController(client, catalog, policies, board, phases, new OpenPhase(policies, incidents), journal, retention, chains, alerts, time);
        var host = new ControllerHost<Incident>(incidentCache, controller, workers: 4, loggers.CreateLogger("IncidentController"), time);

        var opener = new IncidentOpener(client, incidents, metrics, loggers.CreateLogger<IncidentOpener>());
        var loop = new DetectionLoop(
            catalog, policies, new Evaluation(series, interval, learnt, spanned, OwnQueryLimits.Of(interval, options.Prometheus.Timeout, time)), board, knownGood,
            new KnownGoodSeeder(series, spanned, knownGood, incidents, time, loggers.CreateLogger<KnownGoodSeeder>()), incidents,
            opener,
            graph, new StormTeller(storms, incidents, journal, metrics, loggers.CreateLogger<StormTeller>()),
            new PolicyStatusWriter(client, knownGood, incidents, storms, events, time, loggers.CreateLogger<PolicyStatusWriter>()),
            metrics, alerts, time, interval, loggers.CreateLogger<DetectionLoop>());
        var keeper = new ConfigKeeper(client, board, knownGood, incidents, time, loggers.CreateLogger<ConfigKeeper>());
        loop.IncidentDue += incident => host.Enqueue(incident.Key());

        var caches = new CacheGroup(running, policyCache, incidentCache);
        using var intake = new AlertIntake(client, new AlertRouter(catalog, policies, incidents, options.AlertLabels), incidents, opener, alerts, metrics, time, loggers.CreateLogger<AlertIntake>());
        await using var listener = options.Alerts is { } alerting ? BuildListener(alerting, intake, () => caches.HaveSynced, metrics, time, loggers) : null;
        var leadership = new Leadership(client, options, loggers.CreateLogger<Leadership>(), time);
        Endpoints.Map(app, metrics, new Readiness(() => new(caches.HaveSynced, caches.HeardFromServer, leadership.Since, loop.LastRun), time, interval));
        log.LogInformation("ChronosOps {Version} watches {Scope}, series from {Prometheus}, an evaluation every {Interval}", ProcessMetrics.Version, scope ?? "all namespaces", options.Prometheus.Url, Quantities.Format(interval));

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        var work = RunAllAsync(caches, leadership, [host.RunAsync, loop.RunAsync, learning.RunAsync, keeper.RunAsync], stopping.Token);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        await (listener?.StartAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        var ended = await Task.WhenAny(work, app.WaitForShutdownAsync(cancellationToken)).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        return await EndAsync(work, log, failed: ended == work && !cancellationToken.IsCancellationRequested).ConfigureAwait(false);
    }

    /// <summary>The version of CronJobs that the server has: <c>batch/v1</c> came with Kubernetes 1.21. A server that does not answer yet is taken for a newer one.</summary>
    private static async Task<ResourceType<V1CronJob>> CronJobsOfAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(DiscoveryPatience);
        try
        {
            return await client.SupportsAsync("batch", "v1", "cronjobs", patience.Token).ConfigureAwait(false) ? KubernetesResources.CronJobs : KubernetesResources.BetaCronJobs;
        }
        catch (Exception e) when (e is KubernetesException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return KubernetesResources.CronJobs;
        }
    }

    /// <summary>What takes alerts. Every replica does, whoever leads: what it writes down the leader reads.</summary>
    private static WebApplication BuildListener(AlertListenerOptions options, AlertIntake intake, Func<bool> isReady, ChronosMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        var token = options.TokenFile is { } file ? new BearerTokenFile(file) : null;
        token?.Read();
        return AlertListener.Build(options, new AlertEndpoint(token, isReady, intake.TakeAsync, metrics, time, loggers.CreateLogger<AlertEndpoint>()), time, loggers);
    }

    /// <summary>Ends when told to, or when a part fails: first the work, then the caches that it reads, then the caller may dispose of the client.</summary>
    private static async Task RunAllAsync(CacheGroup caches, Leadership leadership, Func<CancellationToken, Task>[] parts, CancellationToken ct)
    {
        using var following = new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var follow = caches.RunAsync(following.Token);
        try
        {
            await (await Task.WhenAny(follow, caches.WaitForSyncAsync(ct)).ConfigureAwait(false)).ConfigureAwait(false);
            var work = leadership.RunAsync(leading => Together.RunAsync(leading, parts), ending.Token);
            var first = await Task.WhenAny(follow, work).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first.ConfigureAwait(false);
        }
        finally
        {
            await following.CancelAsync().ConfigureAwait(false);
            await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<int> EndAsync(Task work, ILogger log, bool failed)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            log.LogInformation("Stopped");
            return 0;
        }
        catch (Exception e)
        {
            log.LogCritical(e, "The operator failed");
            return 1;
        }

        return failed ? 1 : 0;
    }

    private static WebApplication BuildApp(RunOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseUrls(options.Listen);
        return builder.Build();
    }
}
