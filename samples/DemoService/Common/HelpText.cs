namespace ChronosOps.Samples.DemoService.Common;

/// <summary>What <c>demo --help</c> and <c>demo VERB --help</c> print.</summary>
internal static class HelpText
{
    public const string Overview = """
        demo: a small HTTP service that can be told to misbehave, and a load generator that notices.

        Usage: demo VERB [options]

          serve      the service (settings by environment)
          load       constant traffic against a URL; every failed request is written down
          discover   tells a Prometheus without Kubernetes discovery which pods there are
          sidecar    an idle second container that only answers /healthz

        demo VERB --help tells more. Exit codes: 0 done, 1 failed, 2 wrong setting.
        """;

    private const string Serve = """
        demo serve: serves / and /api/orders, /metrics, /healthz, /readyz and /fault on one port.

        Environment:
          PORT                       port to listen on (8080)
          APP_VERSION                version that is shown and logged (dev)
          METRICS_STYLE              prometheus (http_requests_total, http_request_duration_seconds)
                                     or opentelemetry (http_server_request_duration_seconds)
          DRAIN_SECONDS              how long to serve on after SIGTERM while not ready (3)
          NOISE_ERROR_RATIO          share of requests answered with 500 though nothing is wrong, 0 to 1 (0)
          FAULT_ERROR_RATIO          share of requests answered with 500, 0 to 1
          FAULT_CLIENT_ERROR_RATIO   share of requests answered with 404, 0 to 1
          FAULT_LATENCY_MS           milliseconds added to each request
          FAULT_LEAK_MIB_PER_S       memory lost per second, in MiB
          FAULT_CPU                  cores kept busy
          FAULT_QUEUE_LAG            messages that it says it is behind with, where it is told to say so
          FAULT_CRASH_AFTER_S        exit after so many seconds ...
          FAULT_CRASH_CODE           ... with this code (1)
          FAULT_HANG                 true: accept requests and never answer (except /metrics and /fault)
          FAULT_READY                false: /readyz answers 503
          FAULT_START                fail: print an error and exit 1 before listening
          CAPACITY_RPS               requests per second that can be served; more are answered with 503
          CONSUMES                   true: tells how far it is behind with a queue, kafka_consumer_records_lag_max (0)
          UPSTREAM_URL               asked for each order; where it fails the order fails with 502
          SETTINGS_FILE              a file with a fault on each line, error-ratio=0.5, read every second

        At run time, for this process only:
          POST /fault?kind=KIND&value=N[&seconds=S]   kinds: error-ratio, client-error-ratio, latency, memory-leak,
                                                      memory-cache (so many MiB, filled ever more slowly), cpu-burn, crash, hang, not-ready,
                                                      queue-lag; ends after S seconds
                                                      (crash: value is the exit code, S the delay)
          DELETE /fault[?kind=KIND]                   ends one fault, or all
          GET /fault                                  what is on
        """;

    private const string Load = """
        demo load: an open-loop load generator. Each request uses a new connection.

          --url URL           where to send GET requests (required)
          --rps N             requests started per second, whatever the answers do (20)
          --random SEED       at random moments (a Poisson process of this seed), not at equal distances
          --duration S        stop after S seconds (runs until it is stopped)
          --port N            serve /summary and /healthz on this port (off)
          --slow-ms N         an answer that takes longer is written down as slow (off)
          --timeout-ms N      an answer that takes longer is a failure (2000)
          --max-in-flight N   requests at once; what would exceed it is counted as dropped (256)

        Standard output, one JSON object per line:
          {"time":"…Z","kind":"status|timeout|connect|slow","status":500,"ms":12}    a failed request; time is when it was sent
          {"time":"…Z","ok":20,"failed":0,"slow":0,"dropped":0,"p95ms":8}            each second
        """;

    private const string Discover = """
        demo discover: HTTP service discovery for a Prometheus in the same pod (Debian's is built without kubernetes_sd_configs).
        Serves /pods and /nodes on 127.0.0.1 with the same meta labels. The service account must be allowed to list both.

          --port N   port to listen on (9099)
        """;

    private const string Sidecar = """
        demo sidecar: answers /healthz and does nothing else.

          --port N   port to listen on (8081)
        """;

    public static string For(string verb) => verb switch
    {
        "serve" => Serve,
        "load" => Load,
        "discover" => Discover,
        "sidecar" => Sidecar,
        _ => throw new SettingException(verb, "is not a verb; the verbs are serve, load, discover and sidecar"),
    };
}
