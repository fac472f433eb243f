using System.CommandLine;
using System.Globalization;
using ChronosOps.Benchmarks;
using ChronosOps.Benchmarks.Learn;
using ChronosOps.Benchmarks.Nab;
using ChronosOps.Benchmarks.Poll;
using ChronosOps.Kubernetes;

// What the scripts hack/bench-* need done to a cluster (KUBECONFIG says which), what the detector is worth, and what evaluating many workloads, and learning what is usual for them, takes.
var ns = new Option<string>("--namespace") { Description = "The namespace.", DefaultValueFactory = _ => "bench" };
var deployments = new Option<int>("--deployments") { Description = "How many Deployments.", DefaultValueFactory = _ => 500 };
var replicas = new Option<int>("--replicas") { Description = "Pods of each.", DefaultValueFactory = _ => 4 };
var bytes = new Option<int>("--pod-bytes") { Description = "About how large each pod is as JSON.", DefaultValueFactory = _ => 8192 };
var updates = new Option<int>("--updates") { Description = "How many.", DefaultValueFactory = _ => 20_000 };
var parallel = new Option<int>("--parallel") { Description = "At a time.", DefaultValueFactory = _ => 8 };

var fill = new Command("fill", "Makes Deployments and waits for the pods that the controller manager makes of them.") { ns, deployments, replicas, bytes };
fill.SetAction(async (parsed, ct) =>
{
    using var client = Connect();
    await Filling.RunAsync(client, parsed.GetRequiredValue(ns), parsed.GetRequiredValue(deployments), parsed.GetRequiredValue(replicas), parsed.GetRequiredValue(bytes), ct);
    return 0;
});
var churn = new Command("churn", "Writes to the status of the pods, one after the other, and prints how fast.") { ns, updates, parallel };
churn.SetAction(async (parsed, ct) =>
{
    using var client = Connect();
    await Churning.RunAsync(client, parsed.GetRequiredValue(ns), parsed.GetRequiredValue(updates), parsed.GetRequiredValue(parallel), ct);
    return 0;
});
var watch = new Command("watch", "Follows all Pods and Deployments until it is terminated.");
watch.SetAction(async (_, ct) =>
{
    using var client = Connect();
    await Watching.RunAsync(client, ct);
    return 0;
});
var data = new Option<string>("--data") { Description = "NAB's folder, with data and labels in it.", Required = true };
var fold = new Option<string?>("--fold") { Description = "A or B: that half of the series alone." };
fold.AcceptOnlyFromAmong("A", "B");
var perFile = new Option<bool>("--files") { Description = "With a line for each series." };
var nab = new Command("nab", "Scores the detector on the Numenta Anomaly Benchmark.") { data, fold, perFile };
nab.SetAction(parsed => NabReport.Run(parsed.GetRequiredValue(data), parsed.GetValue(fold), parsed.GetValue(perFile)));
var series = new Option<string>("--series") { Description = "How many series, in turn, separated by commas.", DefaultValueFactory = _ => "1" };
var judge = new Command("judge", "Measures how long the detector takes for a sample, and what it allocates.") { series };
judge.SetAction(parsed => JudgingSpeed.Run(parsed.GetRequiredValue(series).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))));
var address = new Option<string>("--listen") { Description = "Where.", DefaultValueFactory = _ => "http://127.0.0.1:9097/" };
var history = new Command("history", "Serves a made-up history as Prometheus would, for chronosops backtest.") { address, deployments, replicas };
history.SetAction(async (parsed, ct) =>
{
    await PastServer.RunAsync(parsed.GetRequiredValue(address), parsed.GetRequiredValue(deployments), parsed.GetRequiredValue(replicas), ct);
    return 0;
});
var root = new RootCommand("Loads for the benchmarks of ChronosOps.") { fill, churn, watch, nab, judge, history };
foreach (var command in PollCommand.New().Concat(LearnCommand.New()))
{
    root.Subcommands.Add(command);
}

return await root.Parse(args).InvokeAsync();

static KubernetesClient Connect() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(
    Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } file ? file : throw new InvalidOperationException("KUBECONFIG names no cluster")));
