using System.Text;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

public sealed class AlertmanagerReaderTests
{
    [Fact]
    public void ReadsWhatAlertmanagerSends()
    {
        var message = Notification.Read(Notification.Alert(), Notification.Alert("Slow", "00000000000000aa", -300, -10));
        Assert.Equal(("chronosops", 0L, 2), (message.Receiver, message.Truncated, message.Alerts.Count));
        var (fires, over) = (message.Alerts[0], message.Alerts[1]);
        Assert.Equal((Notification.Fingerprint, "HighErrorRate", false, "critical", "31% of requests fail"), (fires.Fingerprint, fires.Name, fires.Resolved, fires.Severity, fires.Summary));
        Assert.Equal((SampleWorkload.At(-60), null), (fires.StartsAt, fires.EndsAt));
        Assert.Equal((true, SampleWorkload.At(-300), SampleWorkload.At(-10)), (over.Resolved, over.StartsAt, over.EndsAt!.Value));
        Assert.Equal("checkout", fires.Labels["deployment"]);
    }

    [Theory]
    [InlineData("""[]""", "body")]
    [InlineData("""null""", "body")]
    [InlineData("""{""", "body")]
    [InlineData("""{"alerts":[]}""", "version")]
    [InlineData("""{"version":"3","alerts":[]}""", "version")]
    [InlineData("""{"version":4,"alerts":[]}""", "version")]
    [InlineData("""{"version":"4"}""", "alerts")]
    [InlineData("""{"version":"4","alerts":{}}""", "alerts")]
    [InlineData("""{"version":"4","alerts":[null]}""", "alerts[0]")]
    [InlineData("""{"version":"4","alerts":[{}]}""", "alerts[0].status")]
    [InlineData("""{"version":"4","alerts":[{"status":"pending"}]}""", "alerts[0].status")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing"}]}""", "alerts[0].startsAt")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","startsAt":"0001-01-01T00:00:00Z"}]}""", "alerts[0].startsAt")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","startsAt":"yesterday"}]}""", "alerts[0].startsAt")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","startsAt":"2024-01-01T00:00:00Z"}]}""", "alerts[0].labels")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","startsAt":"2024-01-01T00:00:00Z","labels":{"a":1}}]}""", "alerts[0].labels")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","startsAt":"2024-01-01T00:00:00Z","labels":[]}]}""", "alerts[0].labels")]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":-1}""", "truncatedAlerts")]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":"1"}""", "truncatedAlerts")]
    public void WhatCannotBeReadIsNamedByItsField(string json, string field)
    {
        var bad = Assert.Throws<BadMessageException>(() => AlertmanagerReader.Read(Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith(field, bad.Field, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', bad.Message);
    }

    [Fact]
    public void UnknownFieldsAreIgnored()
    {
        var message = Notification.Of(Notification.Alert());
        message["new"] = new JsonObject { ["a"] = new JsonArray(1, 2) };
        message["alerts"]![0]!["silenceURL"] = "http://x";
        message["truncatedAlerts"] = 7;
        Assert.Equal((1, 7L), (Notification.ReadMessage(message).Alerts.Count, Notification.ReadMessage(message).Truncated));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1A30BA71CCA2921F")]
    [InlineData("../../x")]
    [InlineData("chronosops.io/truncated")]
    public void WithoutAProperFingerprintTheLabelsNameTheAlert(string? given)
    {
        var (one, other) = (Notification.Alert(), Notification.Alert(name: "Other"));
        one["fingerprint"] = given;
        other["fingerprint"] = given;
        var (first, second) = (Notification.ReadOne(one).Fingerprint, Notification.ReadOne(other).Fingerprint);
        Assert.Matches("^[0-9a-f]{16}$", first);
        Assert.NotEqual(first, second);
        Assert.Equal(first, Notification.ReadOne(one.DeepClone()).Fingerprint);
    }

    [Fact]
    public void OfAnAlertThatComesTwiceInOneNotificationTheLastWordCounts() =>
        Assert.True(Assert.Single(Notification.Read(Notification.Alert(), Notification.Alert(endedAt: -1)).Alerts).Resolved);

    [Fact]
    public void TextsAreCutAndOnOneLine()
    {
        var alert = Notification.Alert(name: "Über\nall " + new string('x', 100));
        alert["annotations"] = new JsonObject { ["description"] = "a\tb\n" + string.Concat(Enumerable.Repeat("🚀", 1000)) };
        var read = Notification.ReadOne(alert);
        Assert.StartsWith("_ber_all_x", read.Name, StringComparison.Ordinal);
        Assert.Equal(63, read.Name.Length);
        Assert.True(read.Summary!.Length <= 200);
        Assert.StartsWith("a b 🚀", read.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void ALabelWithoutAValueIsNone()
    {
        var alert = Notification.Alert(labels: [("deployment", ""), ("pod", "web-1")]);
        Assert.Equal("pod", Notification.ReadOne(alert).Labels.Keys.Single(key => key is "pod" or "deployment"));
    }
}
