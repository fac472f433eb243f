using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli;

/// <summary><c>chronosops backtest</c>: what a policy would have raised, and done, over recorded history.</summary>
internal static class BacktestCommand
{
    private const long MostBytes = 256 * 1024 * 1024;

    public static Command New(CliHost host)
    {
        var policy = new Argument<string>("POLICY.yaml") { Description = "A file with one RemediationPolicy." };
        var options = new BacktestOptions(host.Environment);
        var command = new Command("backtest", "Runs a policy against history: which incidents it would have raised, when and why, and what it would have done. The judges are the operator's own; nothing is changed anywhere.") { policy };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var prometheus = options.PrometheusOf(parsed);
            return await RunAsync(host, PolicyFile.Read(parsed.GetRequiredValue(policy), parsed.GetValue(options.Namespace)), prometheus, options, parsed, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliHost host, EffectivePolicy policy, PrometheusOptions? prometheus, BacktestOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (WorkloadKinds.IsBatch(policy.WorkloadKind) || policy.Signals.Count == 0)
        {
            throw new CliException(WorkloadKinds.IsBatch(policy.WorkloadKind)
                ? $"spec.workloads.kind: a {policy.WorkloadKind} is judged by its states, which are not in the series: there is nothing to backtest"
                : "spec.signals: there are none: states of pods are not in the series, and there is nothing else to backtest");
        }

        var interval = options.IntervalOf(parsed);
        if (prometheus is null)
        {
            var folder = parsed.GetRequiredValue(options.Csv)!;
            var csv = new CsvHistory(policy, await CsvFolder.ReadAsync(folder, CsvHistory.NamesOf(policy), policy.Namespace, cancellationToken));
            var recorded = options.TimesOf(parsed, (csv.From, csv.To), host.Time.GetUtcNow());
            return await ReportAsync(host, new BacktestRun(policy, csv, interval, parsed.GetValue(options.Workload)), recorded, options, parsed, cancellationToken);
        }

        var times = options.TimesOf(parsed, null, host.Time.GetUtcNow());
        if (await options.Prometheus.TryFilesAsync(prometheus, cancellationToken) is { Count: > 0 } errors)
        {
            throw new CliException(string.Join("\nerror: ", errors));
        }

        // The tenant is that of the policy, as it is live; its address and its Secret are meant for the operator.
        prometheus = prometheus with { MaxAnswerBytes = MostBytes, Tenant = policy.Origin.Tenant ?? prometheus.Tenant };
        var source = new PrometheusSeriesSource(new PrometheusClients().Of, prometheus, new FileCredentials(prometheus), host.Time);
        var owners = await OwnersAsync(host, source, policy, times, cancellationToken);
        return await ReportAsync(host, new BacktestRun(policy, source, interval, parsed.GetValue(options.Workload), owners.IsThere ? owners.OwnerOf : null), times, options, parsed, cancellationToken);
    }

    private static async Task<OwnerMetrics> OwnersAsync(CliHost host, ISeriesSource source, EffectivePolicy policy, (DateTimeOffset From, DateTimeOffset To) times, CancellationToken cancellationToken)
    {
        try
        {
            var owners = await OwnerMetrics.ReadAsync(source, policy, times.From, times.To, cancellationToken);
            await host.Error.WriteLineAsync(owners.IsThere ? "workloads by kube_pod_owner" : "workloads by the names of pods: kube_pod_owner is not there");
            return owners;
        }
        catch (SeriesUnavailableException e)
        {
            throw new CliException($"{e.Reason}: {e.Message}");
        }
    }

    private static async Task<int> ReportAsync(
        CliHost host, BacktestRun run, (DateTimeOffset From, DateTimeOffset To) times, BacktestOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var progress = new Progress(host.Error, host.ErrorIsTerminal);
        BacktestOutcome outcome;
        try
        {
            outcome = await run.RunAsync(times.From, times.To, progress, cancellationToken);
        }
        finally
        {
            await progress.LeaveAsync();
        }

        if (outcome.Followed.Count == 0)
        {
            throw new CliException($"no workload of kind {outcome.Policy.WorkloadKind} has series in namespace {outcome.Policy.Namespace} that the policy reads");
        }

        var report = Reporting.Of(outcome);
        if (parsed.GetValue(options.Html) is { } file)
        {
            await File.WriteAllTextAsync(file, BacktestHtml.Write(outcome, report), cancellationToken);
        }

        await (parsed.GetValue(options.Output) == "json"
            ? host.Out.WriteLineAsync(JsonSerializer.Serialize(report, BacktestJson.Default.BacktestReport))
            : BacktestTable.WriteAsync(host.Out, report));
        return ExitCodes.Ok;
    }
}

/// <summary>The options of <c>backtest</c>.</summary>
internal sealed class BacktestOptions
{
    private readonly Func<string, string?> _environment;
    private readonly List<Setting> _settings = [];
    private readonly Option<string?> _from = new("--from") { Description = "The first evaluation. Default: the first sample of the files, or a week before --to.", HelpName = "TIME" };
    private readonly Option<string?> _to = new("--to") { Description = "The last one. Default: the last sample of the files, or now.", HelpName = "TIME" };
    private readonly Option<string?> _last = new("--last") { Description = "So long before --to, e.g. 7d, 12h.", HelpName = "DURATION" };
    private readonly Option<string> _interval = new("--interval") { Description = "How often the signals are evaluated, as the operator does.", HelpName = "DURATION", DefaultValueFactory = _ => "15s" };

    /// <param name="environment">The variables that count where a flag is not given.</param>
    public BacktestOptions(Func<string, string?> environment)
    {
        // Hours at a time take Prometheus longer than the minutes of an evaluation.
        (_environment, Prometheus) = (environment, new PrometheusSettings(New, need: "This, or --csv.", timeout: "60s"));

        // As they were called before they were those of run.
        Prometheus.Url.Option.Aliases.Add("--prometheus");
        Prometheus.BearerTokenFile.Option.Aliases.Add("--bearer-token-file");
    }

    /// <summary>How Prometheus is reached.</summary>
    public PrometheusSettings Prometheus { get; }

    public Option<string?> Csv { get; } = new("--csv") { Description = "A folder with recorded series in place of Prometheus; docs/backtest.md says how they are named.", HelpName = "DIR" };

    public Option<string?> Namespace { get; } = new("--namespace", "-n") { Description = "The namespace. Default: that of the policy, or default.", HelpName = "NS" };

    public Option<string?> Workload { get; } = new("--workload") { Description = "This workload alone.", HelpName = "NAME" };

    public Option<string> Output { get; } = new("--output", "-o") { Description = "table or json.", HelpName = "FORMAT", DefaultValueFactory = _ => "table" };

    public Option<string?> Html { get; } = new("--html") { Description = "Write a page with charts, too.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Csv, _from, _to, _last, _interval, Namespace, Workload, Output, Html }.Concat(_settings.Select(setting => setting.Option)))
        {
            command.Options.Add(option);
        }

        Output.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("table" or "json"))
            {
                result.AddError($"--output: '{token.Value}' is neither table nor json");
            }
        });
        command.Validators.Add(result =>
        {
            var given = _settings.Where(setting => result.GetResult(setting.Option) is { Implicit: false }).ToList();
            if (result.GetValue(Csv) is null)
            {
                if (!given.Contains(Prometheus.Url) && string.IsNullOrEmpty(_environment(Prometheus.Url.Variable)))
                {
                    result.AddError($"give one of {Prometheus.Url.Name} and --csv");
                }

                return;
            }

            foreach (var setting in given)
            {
                result.AddError($"{setting.Option.Name}: does not go with --csv");
            }
        });
    }

    /// <summary>How Prometheus is reached; null where the history is in files. Variables are no reason against files.</summary>
    /// <exception cref="CliException">Something of it is wrong; all of it is said, by flag.</exception>
    public PrometheusOptions? PrometheusOf(ParseResult parsed)
    {
        if (parsed.GetValue(Csv) is not null)
        {
            return null;
        }

        var errors = new List<string>();
        var prometheus = Prometheus.Read(new SettingReader(parsed, _environment, ConfigFile.None, errors), errors);
        return errors.Count == 0 ? prometheus : throw new CliException(string.Join("\nerror: ", errors), ExitCodes.Usage);
    }

    /// <exception cref="CliException">It is no such duration.</exception>
    public TimeSpan IntervalOf(ParseResult parsed) =>
        Quantities.TryParseDuration(parsed.GetValue(_interval), out var value) && value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromMinutes(5)
            ? value
            : throw new CliException("--interval: must be a duration from 1s to 5m", ExitCodes.Usage);

    /// <exception cref="CliException">They make no sense.</exception>
    public (DateTimeOffset From, DateTimeOffset To) TimesOf(ParseResult parsed, (DateTimeOffset From, DateTimeOffset To)? recorded, DateTimeOffset now) =>
        BacktestTime.Read(parsed.GetValue(_from), parsed.GetValue(_to), parsed.GetValue(_last), recorded, now);

    private Setting New(string flag, string helpName, string? fallback, string help, bool discreet = false)
    {
        var setting = Setting.Of(flag, helpName, fallback, help, discreet);
        _settings.Add(setting);
        return setting;
    }
}
