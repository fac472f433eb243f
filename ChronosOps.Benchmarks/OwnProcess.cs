using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ChronosOps.Benchmarks;

/// <summary>This program: started once more for a part of a benchmark, so that each part's memory and processor time is its own.</summary>
internal static class OwnProcess
{
    /// <summary>Starts the program with other arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="isServer">Whether its input and output are ours: it works until the input ends.</param>
    public static Process Start(IEnumerable<string> arguments, bool isServer = false) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = isServer, RedirectStandardOutput = isServer })!;

    /// <summary>A port of the loopback that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Memory of this process by the kernel's count, in KiB.</summary>
    /// <param name="what">VmRSS: resident now; VmHWM: at most so far.</param>
    public static long Memory(string what) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(what + ":", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
