using System.Text;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Intake;

public sealed class AlertmanagerReaderProperties
{
    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(Notification.Of(Notification.Alert(), Notification.Alert("Slow", "00000000000000aa", -300, -10)).ToJsonString());

    private static readonly string[] Splinters =
        [.. DamagedBytes.JsonSplinters, "{\"labels\":", "\"status\":\"firing\",", "\"alerts\":[{}],", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"];

    [Fact]
    public void WhateverANotificationIsItIsReadOrRefused() => Prop.ForAll(Damaged.ToArbitrary(), ReadsOrRefuses).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(10_000));

    [Fact]
    public void AnyBytesAreRefused() => Prop.ForAll<byte[]>(bytes => Assert.Throws<BadMessageException>(() => AlertmanagerReader.Read(bytes))).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500));

    [Fact]
    public void EveryBeginningOfANotificationIsRefused()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            Assert.Throws<BadMessageException>(() => AlertmanagerReader.Read(Valid.AsSpan(0, length)));
        }

        Assert.Equal(2, AlertmanagerReader.Read(Valid).Alerts.Count);
    }

    private static Gen<byte[]> Damaged => DamagedBytes.Of(Valid, Splinters);

    /// <summary>What was read is within its bounds, and so is what an incident keeps of it, which reads back the same.</summary>
    private static void ReadsOrRefuses(byte[] bytes)
    {
        AlertmanagerMessage message;
        try
        {
            message = AlertmanagerReader.Read(bytes);
        }
        catch (BadMessageException bad)
        {
            Assert.NotEmpty(bad.Field);
            return;
        }

        Assert.All(message.Alerts, alert =>
        {
            Assert.Matches("^[0-9a-f]{8,64}$", alert.Fingerprint);
            Assert.Matches(@"^[-A-Za-z0-9_.:]{1,63}$", alert.Name);
            var record = AlertLedger.Next(null, alert, SampleWorkload.Now);
            Assert.Equal(alert.Resolved, record is null);
            if (record is not null)
            {
                var text = AlertAnnotations.Write(record);
                Assert.True(text.Length < 4096);
                Assert.Equal(record, AlertAnnotations.Find(new() { Metadata = new() { Annotations = new() { [AlertAnnotations.KeyOf("aa")] = text } } }, "aa"));
            }
        });
    }
}
