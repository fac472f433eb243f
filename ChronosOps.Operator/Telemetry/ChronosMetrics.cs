using System.Diagnostics.Metrics;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Telemetry;

/// <summary>
/// What the operator tells about itself. Labels are few and from fixed sets: no incident, workload, pod or revision, since their number has no bound.
/// Values that tell an outcome are written in CamelCase, like the reasons of the API.
/// </summary>
public sealed class ChronosMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "chronosops";

    private static readonly double[] ShortSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] LongSeconds = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600];

    private readonly Counter<long> _evaluations;
    private readonly Histogram<double> _evaluationDuration;
    private readonly Counter<long> _seriesQueries;
    private readonly Counter<long> _seriesDivided;
    private readonly Counter<long> _incidentsOpened;
    private readonly Counter<long> _transitions;
    private readonly Counter<long> _gateVerdicts;
    private readonly Counter<long> _actions;
    private readonly Histogram<double> _timeToDetect;
    private readonly Histogram<double> _timeToMitigate;
    private readonly Gauge<double> _clockAhead;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _alertRequests;
    private readonly Counter<long> _alertsTruncated;
    private readonly Gauge<int> _openIncidents;
    private readonly Gauge<int> _policies;
    private readonly Gauge<int> _storms;
    private readonly Gauge<int> _signalsHeldDown;

    /// <summary>Makes a meter of its own, so that several in one process do not mix.</summary>
    /// <param name="others">Meters whose measurements are exposed too, such as that of the Kubernetes client.</param>
    public ChronosMetrics(params Meter[] others)
    {
        Meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        Exposition = new PrometheusExposition([Meter, .. others]);
        _evaluations = Counter("evaluations_total", "Evaluations of the signals, by result.");
        _evaluationDuration = Histogram("evaluation_duration_seconds", "How long an evaluation of all signals took.", ShortSeconds);
        _seriesQueries = Counter("series_queries_total", "Queries to the source of series, by result.");
        _seriesDivided = Counter("series_queries_divided_total", "Queries that are asked for in halves since their answer was too large.");
        _incidentsOpened = Counter("incidents_opened_total", "Incidents that the operator has opened.");
        _transitions = Counter("incident_transitions_total", "Transitions of incidents, by the phase that was entered and the reason.");
        _gateVerdicts = Counter("gate_verdicts_total", "Verdicts of the gates.");
        _actions = Counter("actions_total", "Actions, by outcome.");
        _timeToDetect = Histogram("time_to_detect_seconds", "From onset to detection.", LongSeconds);
        _timeToMitigate = Histogram("time_to_mitigate_seconds", "From onset to measured mitigation.", LongSeconds);
        _clockAhead = Meter.CreateGauge<double>(Name("series_clock_ahead_seconds"), "s", "By how much the clock of the operator's own Prometheus is ahead of the operator's, to a second.");
        _alerts = Counter("alerts_total", "Alerts received from Alertmanager, by what became of them.");
        _alertRequests = Counter("alert_requests_total", "Notifications received from Alertmanager, by the status that was answered.");
        _alertsTruncated = Counter("alerts_truncated_total", "Alerts that Alertmanager left out of its notifications.");
        _openIncidents = Meter.CreateGauge<int>(Name("open_incidents"), null, "Incidents that are not over.");
        _policies = Meter.CreateGauge<int>(Name("policies"), null, "Remediation policies.");
        _storms = Meter.CreateGauge<int>(Name("storms"), null, "Storms of incidents that hold action now.");
        _signalsHeldDown = Meter.CreateGauge<int>(Name("signals_held_down"), null, "Signals of workloads that fire and recover again and again, so that no incident is opened for them for a while.");
        ProcessMetrics.Register(Meter, Name);
        _incidentsOpened.Add(0);
        _seriesDivided.Add(0);
    }

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <summary>What was measured since the start, as text for /metrics.</summary>
    public PrometheusExposition Exposition { get; }

    /// <summary>An evaluation of the signals has ended. Result: Ok, SeriesUnavailable or Failed.</summary>
    public void Evaluation(string result, TimeSpan duration)
    {
        _evaluations.Add(1, Tag("result", result));
        _evaluationDuration.Record(duration.TotalSeconds);
    }

    /// <summary>A query to the source of series has ended: Ok, or the reason of the failure.</summary>
    public void SeriesQuery(string result) => _seriesQueries.Add(1, Tag("result", result));

    /// <summary>The answer to a query was too large, and it is asked for in halves from now on.</summary>
    public void SeriesDivided() => _seriesDivided.Add(1);

    /// <summary>By how much the clock of the source of series is ahead of ours.</summary>
    public void ClockAhead(TimeSpan ahead) => _clockAhead.Record(ahead.TotalSeconds);

    /// <summary>The operator has opened an incident.</summary>
    public void IncidentOpened() => _incidentsOpened.Add(1);

    /// <summary>An alert was received. The outcome is one of a fixed set.</summary>
    public void Alert(string outcome) => _alerts.Add(1, Tag("outcome", outcome));

    /// <summary>A notification was answered with this HTTP status.</summary>
    public void AlertRequest(int status) => _alertRequests.Add(1, Tag("status", status.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A notification said that so many alerts were left out.</summary>
    public void AlertsTruncated(long count) => _alertsTruncated.Add(count);

    /// <summary>An incident has entered a phase, and the status write succeeded.</summary>
    public void Transition(IncidentPhase phase, string reason) => _transitions.Add(1, Tag("phase", phase.ToString()), Tag("reason", reason));

    /// <summary>A gate has spoken.</summary>
    public void GateVerdict(string gate, string verdict) => _gateVerdicts.Add(1, Tag("gate", gate), Tag("verdict", verdict));

    /// <summary>An action has reached an outcome.</summary>
    public void Action(string action, ActionState outcome) => _actions.Add(1, Tag("action", action), Tag("outcome", outcome.ToString()));

    /// <summary>An incident was detected, this long after its onset.</summary>
    public void Detected(TimeSpan sinceOnset) => _timeToDetect.Record(sinceOnset.TotalSeconds);

    /// <summary>An incident was mitigated, this long after its onset.</summary>
    public void Mitigated(TimeSpan sinceOnset) => _timeToMitigate.Record(sinceOnset.TotalSeconds);

    /// <summary>How many incidents are not over.</summary>
    public void OpenIncidents(int count) => _openIncidents.Record(count);

    /// <summary>How many policies there are.</summary>
    public void Policies(int count) => _policies.Record(count);

    /// <summary>How many storms of incidents there are.</summary>
    public void Storms(int count) => _storms.Record(count);

    /// <summary>How many signals of workloads flap and are held down.</summary>
    public void SignalsHeldDown(int count) => _signalsHeldDown.Record(count);

    /// <inheritdoc/>
    public void Dispose()
    {
        Exposition.Dispose();
        Meter.Dispose();
    }

    private static string Name(string name) => "chronosops_" + name;

    private static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    private Counter<long> Counter(string name, string help) => Meter.CreateCounter<long>(Name(name), null, help);

    private Histogram<double> Histogram(string name, string help, double[] buckets) =>
        Meter.CreateHistogram(Name(name), "s", help, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
