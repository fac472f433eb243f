using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Web;

namespace ChronosOps.Operator.Cli;

/// <summary>The settings of <c>run</c> about alerts of Alertmanager.</summary>
internal sealed partial class AlertSettings(NewSetting make)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(8760);
    private readonly Setting _listen = make("--alerts-listen", "URL", "", $"Where Alertmanager's notifications are taken, at {AlertEndpoint.Path}, e.g. https://+:8443. Empty: nowhere.");
    private readonly Setting _token = make("--alerts-token-file", "FILE", "", "A file with the bearer token that Alertmanager sends; read anew for every request.");
    private readonly Setting _anonymous = make("--alerts-allow-anonymous", "BOOL", "false", "Take alerts without a token, from whoever reaches the address.");
    private readonly Setting _tls = make("--alerts-tls-dir", "DIR", "", "A folder with tls.crt and tls.key, for an https address; read again when they change.");
    private readonly Setting _labels = make("--alert-label", "LIST", "", "Labels of alerts that tell what they speak of, where they are not namespace, deployment, statefulset, daemonset, job_name and pod: e.g. deployment=app,namespace=exported_namespace.");
    private readonly Setting _expire = make("--alerts-expire-after", "DURATION", "24h", "After how long without a word of an alert it is unknown whether it still fires: longer than Alertmanager's repeat_interval.");

    /// <summary>The options with those about alerts.</summary>
    public RunOptions Read(RunOptions options, SettingReader reader, List<string> errors)
    {
        var listen = reader.Read(_listen, text => text.Length == 0 || IsAddress(text) ? text : null, "must be like https://+:8443 or http://127.0.0.1:9095, with an IP address, localhost or +") ?? "";
        var token = reader.Read(_token, text => text.Length == 0 || File.Exists(text) ? text : null, "must be a file that exists") ?? "";
        var tls = reader.Read(_tls, text => text.Length == 0 || Directory.Exists(text) ? text : null, "must be a folder that exists") ?? "";
        var anonymous = reader.Read(_anonymous, text => bool.TryParse(text, out var value) ? value : (bool?)null, "must be true or false") ?? false;
        if (listen.Length > 0 && errors.Count == 0)
        {
            Check(listen, token, tls, anonymous, errors);
        }

        return options with
        {
            Alerts = listen.Length > 0 ? new AlertListenerOptions(listen, token.Length > 0 ? token : null, tls.Length > 0 ? tls : null) : null,
            AlertLabels = reader.Read(_labels, AlertLabels.Parse, "must be a list like deployment=app,namespace=exported_namespace; known are namespace, deployment, statefulset, daemonset, job and pod") ?? AlertLabels.Default,
            AlertsExpireAfter = reader.Read(_expire, Silence, "must be a duration from 1m to 8760h") ?? default,
        };
    }

    private void Check(string listen, string token, string tls, bool anonymous, List<string> errors)
    {
        if (token.Length == 0 && !anonymous)
        {
            errors.Add($"{_token.Name}: is required with {_listen.Option.Name}, or {_anonymous.Option.Name}=true: whoever reaches the address could have incidents opened");
        }

        if (token.Length > 0 && anonymous)
        {
            errors.Add($"{_anonymous.Name}: does not go with {_token.Option.Name}");
        }

        var isHttps = listen.StartsWith("https:", StringComparison.Ordinal);
        if (isHttps != (tls.Length > 0))
        {
            errors.Add($"{_tls.Name}: {(isHttps ? "is required for" : "is only for")} an https address in {_listen.Option.Name}");
        }
    }

    private static TimeSpan? Silence(string text) => Quantities.TryParseDuration(text, out var value, LongestSilence) && value >= TimeSpan.FromMinutes(1) ? value : null;

    private static bool IsAddress(string text) =>
        Address().Match(text) is { Success: true } match && int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture) is >= 0 and <= 65535
        && (match.Groups["host"].Value is "+" or "*" or "localhost" || IPAddress.TryParse(match.Groups["host"].Value.Trim('[', ']'), out _));

    [GeneratedRegex(@"^https?://(?<host>[+*]|\[[0-9a-fA-F:]+\]|[a-z0-9.]+):(?<port>[0-9]{1,5})/?\z")]
    private static partial Regex Address();
}
