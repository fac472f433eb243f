namespace ChronosOps.Operator.Tests.Support;

/// <summary>Programs that some tests ask, where the machine has them.</summary>
internal static class OnPath
{
    /// <summary>The first program of that name in PATH; null where there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
