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
        PrometheusUrl = New("--prometheus-url", "URL", null, "Where Prometheus is, e.g. http://prometheus.monitoring:9090. A path is a prefix. Required.", discreet: true);
        BearerTokenFile = New("--prometheus-bearer-token-file", "FILE", null, "A file with a bearer token for Prometheus.", discreet: true);
        BasicAuthFile = New("--prometheus-basic-auth-file", "FILE", null, "A file with user:password for Prometheus, or a folder with the files username and password.", discreet: true);
        CaFile = New("--prometheus-ca-file", "FILE", null, "A file with the certificate authorities, PEM, that Prometheus' certificate is held against instead of the system's.");
        CertificateFile = New("--prometheus-cert-file", "FILE", null, "A file with a client certificate for Prometheus, PEM.");
        KeyFile = New("--prometheus-key-file", "FILE", null, "A file with the key of that certificate, PEM.", discreet: true);
        Tenant = New("--prometheus-tenant", "TENANT", null, "The tenant of the operator's own queries, sent as X-Scope-OrgID.");
        AllowUrl = New("--allow-prometheus-url", "URLS", "", "The addresses, separated by commas, that policies may have their series read from, with whatever lies below their paths; by default none.");
        AllowTenants = New("--allow-prometheus-tenants", "RULES", "", "The tenants that policies may name, as NAMESPACE=TENANT separated by commas, e.g. team-*={namespace}; by default none.");
        PolicySecrets = New("--policy-secrets", "BOOL", "false", "Read the Secrets with credentials for Prometheus that policies name in their own namespaces.");
        PrometheusTimeout = New("--prometheus-timeout", "DURATION", "4s", "After how long a query is given up.");
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

    private Setting PrometheusUrl { get; }

    private Setting BearerTokenFile { get; }

    private Setting BasicAuthFile { get; }

    private Setting CaFile { get; }

    private Setting CertificateFile { get; }

    private Setting KeyFile { get; }

    private Setting Tenant { get; }

    private Setting AllowUrl { get; }

    private Setting AllowTenants { get; }

    private Setting PolicySecrets { get; }

    private Setting PrometheusTimeout { get; }

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
            PrometheusUrl = reader.Read(PrometheusUrl, Url, "must be an http or https URL without user, query and fragment") ?? new Uri("http://unset"),
            PrometheusBearerTokenFile = ReadPath(reader, BearerTokenFile),
            PrometheusBasicAuthFile = ReadPath(reader, BasicAuthFile, orFolder: true),
            PrometheusCaFile = ReadPath(reader, CaFile),
            PrometheusCertificateFile = ReadPath(reader, CertificateFile),
            PrometheusKeyFile = ReadPath(reader, KeyFile),
            PrometheusTenant = reader.Find(Tenant) is null ? null : reader.Read(Tenant, text => TenantName().IsMatch(text) ? text : null, "must be up to 150 letters, digits, dots, dashes and underscores"),
            PolicyOrigins = new OriginRules
            {
                Urls = reader.Read(AllowUrl, OriginRules.ParseUrls, "must be http or https URLs of plain characters, without user, query and fragment, separated by commas") ?? [],
                Tenants = reader.Read(AllowTenants, OriginRules.ParseTenants, "must be like team-*={namespace},ops=shared") ?? [],
                Secrets = reader.Read(PolicySecrets, Bool, "must be true or false") ?? false,
            },
            PrometheusTimeout = reader.Read(PrometheusTimeout, text => Duration(text, 0.1, 60), "must be a duration from 100ms to 60s") ?? default,
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
        if (options is { PrometheusBearerTokenFile: not null, PrometheusBasicAuthFile: not null })
        {
            errors.Add("--prometheus-bearer-token-file and --prometheus-basic-auth-file: give one of them");
        }

        if (options.PrometheusCertificateFile is null != options.PrometheusKeyFile is null)
        {
            errors.Add("--prometheus-cert-file and --prometheus-key-file: give both or none");
        }

        options = Alerts.Read(options, reader, errors);
        return (errors.Count == 0 ? options : null, errors);
    }

    private static string? ReadPath(SettingReader reader, Setting setting, bool orFolder = false) => reader.Find(setting) is null ? null
        : reader.Read(setting, path => File.Exists(path) || (orFolder && Directory.Exists(path)) ? path : null, $"must be a file{(orFolder ? " or folder" : "")} that exists");

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
        var variable = "CHRONOSOPS_" + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();
        var shown = string.IsNullOrEmpty(fallback) ? "" : $" Default: {fallback}.";
        var setting = new Setting(new Option<string?>(flag) { Description = $"{help}{shown} [{variable}]", HelpName = helpName }, variable, Key(flag), fallback, discreet);
        _all.Add(setting);
        return setting;
    }

    /// <summary><c>--evaluation-interval</c> is <c>evaluationInterval</c>.</summary>
    private static string Key(string flag)
    {
        var words = flag.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static bool? Bool(string text) => bool.TryParse(text, out var value) ? value : null;

    private static Uri? Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0 ? url : null;

    private static TimeSpan? Duration(string text, double least, double most) =>
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

    [GeneratedRegex(@"^(?!\.+\z)[a-zA-Z0-9_.-]{1,150}\z")]
    private static partial Regex TenantName();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\z")]
    private static partial Regex Subdomain();
}
