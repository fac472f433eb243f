using System.Globalization;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>How far it has come, on the error output: in place for a person, a line for each tenth for a file.</summary>
internal sealed class Progress(TextWriter error, bool isTerminal)
{
    private const int Width = 30;
    private int _told;

    public async Task ReportAsync(double share, DateTimeOffset reached, int incidents)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{share * 100,3:0} %  {Terminal.Time(reached)}  {incidents} incidents");
        if (isTerminal)
        {
            var filled = (int)(share * Width);
            await error.WriteAsync($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {text}{(share >= 1 ? "\n" : "")}");
        }
        else if ((int)(share * 10) > _told)
        {
            _told = (int)(share * 10);
            await error.WriteLineAsync(text.TrimStart());
        }
    }
}
