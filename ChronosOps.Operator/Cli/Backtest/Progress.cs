using System.Globalization;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>How far it has come, on the error output: in place for a person, a line for each tenth for a file. What is usual is learnt before the first evaluation, and is told by itself.</summary>
internal sealed class Progress(TextWriter error, bool isTerminal)
{
    private const int Width = 30;
    private int _told = -1;
    private bool _isOpen;

    /// <summary>How much of what was before the first evaluation is learnt.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="reached">Up to when it is.</param>
    public Task LearntAsync(double share, DateTimeOffset reached) => TellAsync(share, reached, "learning what is usual");

    /// <summary>How much is evaluated.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="reached">Up to when it is.</param>
    /// <param name="incidents">How many there are by then.</param>
    public Task ReportAsync(double share, DateTimeOffset reached, int incidents) => TellAsync(share, reached, string.Create(CultureInfo.InvariantCulture, $"{incidents} incidents"));

    /// <summary>Leaves the line, so that what is said next stands on its own.</summary>
    public async Task LeaveAsync()
    {
        if (_isOpen)
        {
            _isOpen = false;
            await error.WriteLineAsync();
        }
    }

    private async Task TellAsync(double share, DateTimeOffset reached, string what)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{share * 100,3:0} %  {Terminal.Time(reached)}  {what}");
        if (isTerminal)
        {
            var filled = (int)(share * Width);
            await error.WriteAsync($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {text}");
            _isOpen = true;
        }
        else if ((int)(share * 10) > _told)
        {
            _told = (int)(share * 10);
            await error.WriteLineAsync(text.TrimStart());
        }

        if (share >= 1)
        {
            _told = -1;
            await LeaveAsync();
        }
    }
}
