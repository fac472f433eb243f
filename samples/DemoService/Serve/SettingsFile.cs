using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Faults as a file says them, for instance one of a mounted ConfigMap: what is not in it any more ends.</summary>
internal sealed class SettingsFile(string path, FaultBoard faults, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<FaultKind>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        do
        {
            var now = await ReadAsync(stoppingToken);
            foreach (var gone in known.Except(now.Keys))
            {
                faults.Clear(gone);
            }

            foreach (var (kind, value) in now)
            {
                faults.Set(kind, value, null);
            }

            known = [.. now.Keys];
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>A line that cannot be used is told, and counts for nothing.</summary>
    private async Task<Dictionary<FaultKind, double>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<FaultKind, double>();
        if (!File.Exists(path))
        {
            return found;
        }

        foreach (var line in (await File.ReadAllLinesAsync(path, cancellationToken)).Where(line => line.Contains('=', StringComparison.Ordinal)))
        {
            var (name, value) = (line[..line.IndexOf('=', StringComparison.Ordinal)].Trim(), line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim());
            try
            {
                var kind = FaultKinds.Parse(name);
                found[kind] = FaultKinds.ParseValue(kind, name, value);
            }
            catch (SettingException wrong)
            {
                await Console.Error.WriteLineAsync($"{path}: {wrong.Message}");
            }
        }

        return found;
    }
}
