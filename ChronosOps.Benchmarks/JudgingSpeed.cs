using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;
using ChronosOps.Operator.Detection.Baselines;
using Perfolizer.Horology;

namespace ChronosOps.Benchmarks;

/// <summary><c>bench judge</c>: how long it takes to judge one sample, and what it allocates.</summary>
public class JudgingSpeed
{
    /// <summary>How many samples of each series are known before it is measured. All views judge from the hundredth on.</summary>
    private const int Known = 200;
    private const double Interval = 15;

    /// <summary>
    /// In this process, which runs with the operator's settings (Runtime.props) wherever it was copied to; one of its own BenchmarkDotNet would have to build, without them. Iterations are short, so
    /// that most of them are not interrupted by whatever else the machine does: the median is what counts.
    /// </summary>
    private static readonly Job Measuring = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
        .WithIterationTime(TimeInterval.FromMilliseconds(1)).WithWarmupCount(1000).WithIterationCount(1000);
    private static int[] _asked = [];
    private readonly double[] _values = new double[4096];
    private BaselineDetector[] _detectors = [];
    private double _seconds = 1.7e9;
    private int _next;
    private int _step;

    /// <summary>What <see cref="Series"/> goes through.</summary>
    public static IEnumerable<int> Asked => _asked;

    /// <summary>How many series are judged in turn, as at a tick of the operator. 1: all in the processor's cache.</summary>
    [ParamsSource(nameof(Asked))]
    public int Series { get; set; }

    /// <summary>Measures, and prints a table.</summary>
    /// <param name="series">How many series are judged in turn, one line for each.</param>
    /// <returns>1 where it could not be measured, 0 otherwise.</returns>
    public static int Run(IEnumerable<int> series)
    {
        _asked = [.. series];
        var summary = BenchmarkRunner.Run<JudgingSpeed>(ManualConfig.CreateEmpty()
            .AddJob(Measuring)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(StatisticColumn.Median, StatisticColumn.P95)
            .AddValidator(JitOptimizationsValidator.FailOnError)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(AppContext.BaseDirectory));
        MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        if (summary.Reports.Length != _asked.Length || summary.Reports.Any(report => !report.Success))
        {
            Console.Error.WriteLine($"it could not be measured; log: {summary.LogFilePath}");
            return 1;
        }

        Console.WriteLine($"{BaselineDetector.StateBytes} bytes a series");
        return 0;
    }

    /// <summary>Makes the series, and judges their first samples.</summary>
    [GlobalSetup]
    public void Learn()
    {
        var random = new Random(1);
        for (var k = 0; k < _values.Length; k++)
        {
            _values[k] = 50 + (10 * random.NextDouble());
        }

        _detectors = new BaselineDetector[Series];
        for (var k = 0; k < Known * Series; k++)
        {
            Sample();
        }
    }

    /// <summary>Judges one sample of the series whose turn it is.</summary>
    [Benchmark]
    public bool Sample()
    {
        var verdict = _detectors[_next].Step(_seconds, _values[_step++ & (_values.Length - 1)]);
        if (++_next == _detectors.Length)
        {
            (_next, _seconds) = (0, _seconds + Interval);
        }

        return verdict.IsAnomaly;
    }
}
