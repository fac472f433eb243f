using System.Text.RegularExpressions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;

namespace ChronosOps.Operator.Cli;

/// <summary>The settings of how Prometheus is reached: one set of flags for whatever command asks one.</summary>
/// <param name="make">Makes a setting of a flag.</param>
/// <param name="need">When an address must be given, for the help.</param>
/// <param name="timeout">After how long a query is given up where nothing is said.</param>
internal sealed partial class PrometheusSettings(NewSetting make, string need, string timeout)
{
    private readonly Setting _url = make("--prometheus-url", "URL", null, $"Where Prometheus is, e.g. http://prometheus.monitoring:9090. A path is a prefix. {need}", discreet: true);
    private readonly Setting _token = make("--prometheus-bearer-token-file", "FILE", null, "A file with a bearer token for Prometheus.", discreet: true);
    private readonly Setting _basic = make("--prometheus-basic-auth-file", "FILE", null, "A file with user:password for Prometheus, or a folder with the files username and password.", discreet: true);
    private readonly Setting _ca = make("--prometheus-ca-file", "FILE", null, "A file with the certificate authorities, PEM, that Prometheus' certificate is held against instead of the system's.");
    private readonly Setting _certificate = make("--prometheus-cert-file", "FILE", null, "A file with a client certificate for Prometheus, PEM.");
    private readonly Setting _key = make("--prometheus-key-file", "FILE", null, "A file with the key of that certificate, PEM.", discreet: true);
    private readonly Setting _tenant = make("--prometheus-tenant", "TENANT", null, "The tenant of queries for policies that name none, sent as X-Scope-OrgID.");
    private readonly Setting _timeout = make("--prometheus-timeout", "DURATION", timeout, "After how long a query is given up.");
    private readonly Setting _partial = make("--prometheus-accept-partial", "BOOL", "false", "Count answers of Thanos and others that say that they are partial. By default they count as none.");

    /// <summary>Where Prometheus is.</summary>
    public Setting Url => _url;

    /// <summary>A file with a bearer token for it.</summary>
    public Setting BearerTokenFile => _token;

    /// <summary>Reads and checks them.</summary>
    /// <param name="reader">Finds each.</param>
    /// <param name="errors">Takes what is wrong, each with the name of its flag.</param>
    /// <returns>What they say; of no use where there were errors.</returns>
    public PrometheusOptions Read(SettingReader reader, List<string> errors)
    {
        var options = new PrometheusOptions
        {
            Url = reader.Read(_url, ReadUrl, "must be an http or https URL without user, query and fragment") ?? new Uri("http://unset"),
            BearerTokenFile = ReadPath(reader, _token),
            BasicAuthFile = ReadPath(reader, _basic, orFolder: true),
            CaFile = ReadPath(reader, _ca),
            CertificateFile = ReadPath(reader, _certificate),
            KeyFile = ReadPath(reader, _key),
            Tenant = reader.Find(_tenant) is null ? null : reader.Read(_tenant, text => TenantName().IsMatch(text) ? text : null, "must be up to 150 letters, digits, dots, dashes and underscores"),
            Timeout = reader.Read(_timeout, text => RunSettings.Duration(text, 0.1, 60), "must be a duration from 100ms to 60s") ?? default,
            AcceptsPartial = reader.Read(_partial, RunSettings.Bool, "must be true or false") ?? false,
        };
        if (options is { BearerTokenFile: not null, BasicAuthFile: not null })
        {
            errors.Add($"{_token.Option.Name} and {_basic.Option.Name}: give one of them");
        }

        if (options.CertificateFile is null != options.KeyFile is null)
        {
            errors.Add($"{_certificate.Option.Name} and {_key.Option.Name}: give both or none");
        }

        return options;
    }

    /// <summary>Whether the files can be used now, for a command that reads them once. The operator does not ask: its files may come, and change, while it runs.</summary>
    /// <returns>What is wrong with them, each with the name of its flag.</returns>
    public async Task<IReadOnlyList<string>> TryFilesAsync(PrometheusOptions options, CancellationToken cancellationToken)
    {
        var none = options with { BearerTokenFile = null, BasicAuthFile = null, CaFile = null, CertificateFile = null, KeyFile = null };
        var errors = new List<string>();
        foreach (var (name, alone) in new[]
        {
            (_token.Name, none with { BearerTokenFile = options.BearerTokenFile }),
            (_basic.Name, none with { BasicAuthFile = options.BasicAuthFile }),
            (_ca.Name, none with { CaFile = options.CaFile }),
            ($"{_certificate.Name} and {_key.Name}", none with { CertificateFile = options.CertificateFile, KeyFile = options.KeyFile }),
        })
        {
            try
            {
                new PrometheusClients().Of(await new FileCredentials(alone).ReadAsync(cancellationToken)).Dispose();
            }
            catch (SeriesUnavailableException e)
            {
                errors.Add($"{name}: {e.Message}");
            }
        }

        return errors;
    }

    private static string? ReadPath(SettingReader reader, Setting setting, bool orFolder = false) => reader.Find(setting) is null ? null
        : reader.Read(setting, path => File.Exists(path) || (orFolder && Directory.Exists(path)) ? path : null, $"must be a file{(orFolder ? " or folder" : "")} that exists");

    private static Uri? ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0 ? url : null;

    [GeneratedRegex(@"^(?!\.+\z)[a-zA-Z0-9_.-]{1,150}\z")]
    private static partial Regex TenantName();
}
