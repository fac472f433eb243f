namespace ChronosOps.Kubernetes;

/// <summary>When a file that others replace was last written.</summary>
internal static class FileTime
{
    /// <summary>The time of the open file: in a mounted secret or service account, the path is a link that never changes itself.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    public static DateTime Written(string path)
    {
        using var handle = File.OpenHandle(path);
        return File.GetLastWriteTimeUtc(handle);
    }
}
