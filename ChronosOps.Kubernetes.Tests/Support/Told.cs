using System.Globalization;

namespace ChronosOps;

/// <summary>What a test has seen, for those who run it: in the test's output, and in a log that hack/test shows at the end of the tier.</summary>
internal static class Told
{
    public static void Line(string story, string line)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {story}: {line}");
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_LOGS") is { Length: > 0 } logs)
            File.AppendAllText(Path.Combine(logs, $"told-{story}.log"), text + "\n");
    }
}
