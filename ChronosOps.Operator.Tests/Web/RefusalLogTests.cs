using System.Net;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Web;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ChronosOps.Operator.Tests.Web;

public sealed class RefusalLogTests : ILogger
{
    private readonly FakeTime _time = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void TheFirstOfAStatusIsToldAndAMinuteLaterHowManyFollowed()
    {
        var refusals = new RefusalLog(_time, this);
        for (var k = 0; k < 1000; k++)
        {
            refusals.Tell(IPAddress.Loopback, 401, "a token is needed");
            refusals.Tell(IPAddress.Loopback, 400, $"alerts[{k}]: must not be null");
            _time.Advance(TimeSpan.FromMilliseconds(59));
        }

        Assert.Equal(
            ["A notification from 127.0.0.1 was answered with 401: a token is needed", "A notification from 127.0.0.1 was answered with 400: alerts[0]: must not be null"], _lines);
        _time.Advance(TimeSpan.FromSeconds(1));
        refusals.Tell(IPAddress.Loopback, 401, "a token is needed");
        _time.Advance(TimeSpan.FromSeconds(60));
        refusals.Tell(IPAddress.Loopback, 401, "a token is needed");
        Assert.Equal(
            [
                "A notification from 127.0.0.1 was answered with 401: a token is needed; so were 999 others since the last line of it",
                "A notification from 127.0.0.1 was answered with 401: a token is needed",
            ],
            _lines[2..]);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Add(formatter(state, exception));
}
