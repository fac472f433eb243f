using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Cli;

/// <summary>The settings of <c>run</c>: each is a flag and a variable. Reads them all before it complains, and names both in every complaint.</summary>
internal sealed partial class RunSettings
{
    public const string DefaultControlConfigMap = "chronosops-control";
    public const string DefaultControlNamespace = "chronosops-system";

    private static readonly TimeSpan LongestRetention = TimeSpan.FromHours(87600);
    private readonly List<Setting> _all = [];

    public RunSettings()
    {
        Config = New("--config", "FILE", null, "A YAML file with any of the settings below, named in camel case, e.g. evaluationInterval: 15s. Variables and flags win over it.");
        Prometheus = new PrometheusSettings(New, need: "Required.", timeout: "4s");
        AllowUrl = New("--allow-prometheus-url", "URLS", "", "The addresses, separated by commas, that policies may have their series read from, with whatever lies below their paths; by default none.");
        AllowTenants = New("--allow-prometheus-tenants", "RULES", "", "The tenants that policies may name, as NAMESPACE=TENANT separated by commas, e.g. team-*={namespace}; by default none.");
        PolicySecrets = New("--policy-secrets", "BOOL", "false", "Read the Secrets with credentials for Prometheus that policies name in their own namespaces.");
        Interval = New("--evaluation-interval", "DURATION", "15s", "How often the signals are evaluated.");
        IncidentRetention = New("--incident-retention", "DURATION", "720h", "How long incidents and their postmortems are kept after their end; 0 for ever.");
        StormWorkloads = New("--storm-workloads", "NUMBER", "10", "So many workloads that fall ill within the window hold all action; 0: never.");
        StormShare = New("--storm-share", "SHARE", "30%", "And at least this share of the watched workloads.");
        StormWindow = New("--storm-window", "DURATION", "2m", "The window.");
        StormQuiet = New("--storm-quiet", "DURATION", "5m", "The hold ends when no further workload has fallen ill for so long.");
        Namespace = New("--namespace", "NS", "", "The only namespace to watch; empty for all.");
        LogLevel = New("--log-level", "LEVEL", "information", "trace, debug, information, warning, error or critical.");
        Listen = New("--listen", "URL", "http://+:8080", "Where /metrics, /healthz and /readyz are served.");
        ControlConfigMap = New("--control-configmap", "NAME", DefaultControlConfigMap, "The ConfigMap with the emergency stop.");
        ControlNamespace = New("--control-namespace", "NS", null, $"The namespace of that ConfigMap. Default: POD_NAMESPACE, or {DefaultControlNamespace}.");
        LeaderElect = New("--leader-elect", "BOOL", "false", "Work only while holding a Lease, so that several replicas can stand by.");
        LeaseName = New("--leader-elect-lease-name", "NAME", "chronosops", "The name of that Lease.");
        LeaseNamespace = New("--leader-elect-lease-namespace", "NS", null, "The namespace of that Lease. Default: that of the control ConfigMap.");
        Alerts = new AlertSettings(New);
    }

    private Setting Config { get; }

    private PrometheusSettings Prometheus { get; }

    private Setting AllowUrl { get; }

    private Setting AllowTenants { get; }

    private Setting PolicySecrets { get; }

    private Setting Interval { get; }

    private Setting IncidentRetention { get; }

    private Setting StormWorkloads { get; }

    private Setting StormShare { get; }

    private Setting StormWindow { get; }

    private Setting StormQuiet { get; }

    private Setting Namespace { get; }

    private Setting LogLevel { get; }

    private Setting Listen { get; }

    private Setting ControlConfigMap { get; }

    private Setting ControlNamespace { get; }

    private Setting LeaderElect { get; }

    private Setting LeaseName { get; }

    private Setting LeaseNamespace { get; }

    private AlertSettings Alerts { get; }

    public IEnumerable<Option> Options => _all.Select(setting => setting.Option);

    /// <summary>Reads and checks all settings.</summary>
    /// <returns>The options, or what is wrong with them.</returns>
    public (RunOptions? Options, IReadOnlyList<string> Errors) Read(ParseResult parsed, Func<string, string?> environment)
    {
        var errors = new List<string>();
        var reader = new SettingReader(parsed, environment, ReadFile(parsed, environment, errors), errors);
        var controlNamespace = ReadNamespace(reader, ControlNamespace, environment("POD_NAMESPACE") is { Length: > 0 } pod ? pod : DefaultControlNamespace);
        var options = new RunOptions
        {
            Prometheus = Prometheus.Read(reader, errors),
            PolicyOrigins = new OriginRules
            {
                Urls = reader.Read(AllowUrl, OriginRules.ParseUrls, "must be http or https URLs of plain characters, without user, query and fragment, separated by commas") ?? [],
                Tenants = reader.Read(AllowTenants, OriginRules.ParseTenants, "must be like team-*={namespace},ops=shared") ?? [],
                Secrets = reader.Read(PolicySecrets, Bool, "must be true or false") ?? false,
            },
            EvaluationInterval = reader.Read(Interval, text => Duration(text, 1, 300), "must be a duration from 1s to 5m") ?? default,
            IncidentRetention = reader.Read(IncidentRetention, Retention, "must be 0, or a duration from 1h to 87600h") ?? default,
            Storm = ReadStorm(reader),
            Namespace = reader.Read(Namespace, text => text.Length == 0 || Label().IsMatch(text) ? text : null, "must be a namespace, or empty for all") ?? "",
            LogLevel = reader.Read(LogLevel, Level, "must be trace, debug, information, warning, error or critical") ?? default,
            Listen = reader.Read(Listen, text => IsListenAddress(text) ? text : null, "must be like http://+:8080 or http://127.0.0.1:8080") ?? "",
            ControlConfigMap = ReadName(reader, ControlConfigMap, "a ConfigMap"),
            ControlNamespace = controlNamespace,
            LeaderElect = reader.Read(LeaderElect, Bool, "must be true or false") ?? false,
            LeaseName = ReadName(reader, LeaseName, "a Lease"),
            LeaseNamespace = ReadNamespace(reader, LeaseNamespace, controlNamespace),
        };
        options = Alerts.Read(options, reader, errors);
        return (errors.Count == 0 ? options : null, errors);
    }

    private ConfigFile ReadFile(ParseResult parsed, Func<string, string?> environment, List<string> errors)
    {
        string[] known = [.. _all.Where(setting => setting != Config).Select(setting => setting.Key)];
        return new SettingReader(parsed, environment, ConfigFile.None, errors).Find(Config) is { } path ? ConfigFile.Read(path, known, errors) : ConfigFile.None;
    }

    private StormLimits ReadStorm(SettingReader reader) => new(
        reader.Read(StormWorkloads, Count, "must be a whole number from 0 to 10000") ?? 0,
        reader.Read(StormShare, Share, "must be a ratio above 0 and at most 1, or a percentage") ?? 0,
        reader.Read(StormWindow, text => Duration(text, 1, 3600), "must be a duration from 1s to 1h") ?? default,
        reader.Read(StormQuiet, text => Duration(text, 1, 3600), "must be a duration from 1s to 1h") ?? default);

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= 10000 ? value : null;

    private static double? Share(string text) =>
        text is [.., '%' or (>= '0' and <= '9')] && Quantities.TryParseThreshold(text, out var value) && value is > 0 and <= 1 ? value : null;

    private static string ReadNamespace(SettingReader reader, Setting setting, string fallback) =>
        reader.Find(setting) is null ? fallback : reader.Read(setting, text => Label().IsMatch(text) ? text : null, "must be a namespace") ?? "";

    private static string ReadName(SettingReader reader, Setting setting, string kind) =>
        reader.Read(setting, text => Subdomain().IsMatch(text) && text.Length <= 253 ? text : null, $"must be the name of {kind}") ?? "";

    private Setting New(string flag, string helpName, string? fallback, string help, bool discreet = false)
    {
        var setting = Setting.Of(flag, helpName, fallback, help, discreet);
        _all.Add(setting);
        return setting;
    }

    internal static bool? Bool(string text) => bool.TryParse(text, out var value) ? value : null;

    /// <summary>A duration, from the least to the most seconds.</summary>
    internal static TimeSpan? Duration(string text, double least, double most) =>
        Quantities.TryParseDuration(text, out var value) && value.TotalSeconds >= least && value.TotalSeconds <= most ? value : null;

    /// <summary>Not less than an hour: the actions of the last hour are counted from the incidents that exist.</summary>
    private static TimeSpan? Retention(string text) =>
        text == "0" ? TimeSpan.Zero
        : Quantities.TryParseDuration(text, out var value, LongestRetention) && (value == TimeSpan.Zero || value >= TimeSpan.FromHours(1)) ? value
        : null;

    private static LogLevel? Level(string text) => text.ToLowerInvariant() switch
    {
        "trace" => Microsoft.Extensions.Logging.LogLevel.Trace,
        "debug" => Microsoft.Extensions.Logging.LogLevel.Debug,
        "info" or "information" => Microsoft.Extensions.Logging.LogLevel.Information,
        "warn" or "warning" => Microsoft.Extensions.Logging.LogLevel.Warning,
        "error" => Microsoft.Extensions.Logging.LogLevel.Error,
        "critical" => Microsoft.Extensions.Logging.LogLevel.Critical,
        _ => null,
    };

    private static bool IsListenAddress(string text) =>
        ListenAddress().Match(text) is { Success: true } match && int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture) is >= 0 and <= 65535;

    [GeneratedRegex(@"^http://([+*]|\[[0-9a-fA-F:]+\]|[-a-zA-Z0-9.]+):(?<port>[0-9]{1,5})/?\z")]
    private static partial Regex ListenAddress();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\z")]
    private static partial Regex Subdomain();
}
