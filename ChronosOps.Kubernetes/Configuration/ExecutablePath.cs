namespace ChronosOps.Kubernetes;

/// <summary>Finds programs in PATH. The runtime's own search begins in the current folder, and that may be a checkout of anybody's.</summary>
internal static class ExecutablePath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="command">A name without slashes.</param>
    /// <param name="path">Folders separated by colons; those that are not absolute (an empty one is the current folder) do not count.</param>
    /// <returns>The absolute path of the first such program, or null.</returns>
    public static string? Find(string command, string? path) =>
        (path ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, command)).FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & AnyExecute) != 0); // of a link, what it leads to
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // not there, or nobody's to see
        }
    }
}
