using System.Runtime.CompilerServices;
using Xunit;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>Compares a text with the one that is checked in beside the test. With UPDATE_GOLDEN=1 in the environment the file is written instead; look at the difference before you commit it.</summary>
internal static class Golden
{
    public static void Matches(string actual, string name, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }
}
