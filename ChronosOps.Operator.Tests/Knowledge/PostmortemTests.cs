using System.Text;
using System.Text.RegularExpressions;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Knowledge;

public sealed partial class PostmortemTests
{
    private const string Nasty = "x|y\n# h1 [link](http://evil) <script> `code` *b* _i_ **x** www.evil.org a@b.org &lt; ~~s~~ \u202egnp\u200b \u0007 $m$";

    [Fact]
    public void TellsTheWholeStoryOfAResolvedIncident() => Golden.Matches(Postmortem.Write(SampleIncident.Resolved()), "postmortem.golden.md");

    [Fact]
    public void NamesTheLikelyOriginTheLinkedIncidentsAndThoseBefore()
    {
        var page = Postmortem.Write(SampleIncident.Linked());
        Assert.Contains("| Likely origin | incident cart-1a2b3c4d |\n", page, StringComparison.Ordinal);
        Assert.Contains("| Before | 2 within 24 hours, the last was checkout-0f9e8d7c |\n", page, StringComparison.Ordinal);
        Assert.Contains("## Incidents of the same chain of calls\n", page, StringComparison.Ordinal);
        Assert.Contains("| cart-1a2b3c4d | Deployment/cart | Calls | Template | yes |\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void WritesAPageAboutAnIncidentOfWhichNothingIsKnown()
    {
        var page = Postmortem.Write(new Incident { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "b" } });
        Assert.Contains("cause unknown of b/", page, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", page, StringComparison.Ordinal);
        Assert.Contains("Find the cause", page, StringComparison.Ordinal);
    }

    [Fact]
    public void TextOfTheClusterIsOnlyText()
    {
        var incident = SampleIncident.Resolved();
        var status = incident.Status!;
        incident.Spec.Summary = status.Message = status.Reason = status.Suspect!.Images = status.Gaps[0] = status.Findings[0].Message = status.Findings[0].Ref = Nasty;
        status.Hypotheses[0].Subject = status.Decisions[0].Message = status.Decisions[0].Gates[0].Reason = status.Actions[0].Message = status.Actions[0].Checks[0].Message = Nasty;
        var page = Postmortem.Write(incident);
        Assert.Equal(Headings(Postmortem.Write(SampleIncident.Resolved())), Headings(page));
        Assert.DoesNotContain(page, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain(page, c => c is '\u202e' or '\u200b');
        Assert.DoesNotMatch(@"(?<!\\)\[link|(?<!\\)<script|(?<!\\)`code|[^\\*]\*b|(?<!\\)_i|http://|www\.evil|a@b|(?<!\\)&lt|(?<!\\)\$m", page);
        foreach (var table in page.Split("\n\n").Where(part => part.StartsWith('|')))
        {
            Assert.Single(table.Split('\n').Select(row => UnescapedPipe().Count(row)).Distinct());
        }
    }

    [Theory]
    [InlineData("plain words, 5% (limit) in a-b_c.d", "plain words, 5% (limit) in a-b_c.d")]
    [InlineData("# not a heading", "\\# not a heading")]
    [InlineData("1. not a list", "1\\. not a list")]
    [InlineData("0.97", "0.97")]
    [InlineData("- not a list", "\\- not a list")]
    [InlineData("_private __x", "\\_private \\_\\_x")]
    public void EscapesNoMoreThanItMust(string text, string expected) => Assert.Equal(expected, PostmortemMarkdown.Text(text));

    [Theory]
    [InlineData("checkout", "checkout")]
    [InlineData("x; rm -rf /", "'x; rm -rf /'")]
    [InlineData("x'`$(reboot)`'", "'x$(reboot)'")]
    [InlineData("--all", "'--all'")]
    [InlineData("x\nreboot", "'xreboot'")]
    public void NamesInCommandsCannotBeCommands(string name, string word) => Assert.Equal(word, PostmortemMarkdown.Word(name));

    [Fact]
    public void IsNeverLargerThanAConfigMapMayKeep()
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Findings = [.. Enumerable.Range(0, 4000).Select(i => new FindingRecord { Id = $"f{i}", Message = string.Concat(Enumerable.Repeat("名*", 60)) })];
        var page = Postmortem.Write(incident);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), Postmortem.MaxBytes - 10, Postmortem.MaxBytes);
        Assert.DoesNotContain('\ufffd', page);
        Assert.EndsWith("left out.)\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesItsConfigMapAfterTheIncident() => Assert.Equal("postmortem-checkout-x7k2p", Postmortem.ConfigMapName(SampleIncident.Resolved()));

    [Fact]
    public void NamesOfConfigMapsStayValidAndDistinctHoweverLongTheIncidents()
    {
        var names = new[] { 'a', 'b' }.Select(last => new Incident { Metadata = new V1ObjectMeta { Name = new string('x', 224) + "." + new string('y', 27) + last } }).Select(Postmortem.ConfigMapName).ToList();
        Assert.All(names, name => Assert.InRange(name.Length, 1, 253));
        Assert.All(names, name => Assert.Matches(ApiPatterns.DnsSubdomain, name));
        Assert.NotEqual(names[0], names[1]);
    }

    [Theory]
    [InlineData("BadRelease", "errors", "Fix revision b5d4")]
    [InlineData("BadRelease", "CrashLoop", "Start the images")]
    [InlineData("BadRelease", "ImagePullFailure", "Make sure that these images exist")]
    [InlineData("BadRelease", "RolloutNotProgressing", "Find out why the new pods")]
    [InlineData("BadConfiguration", "errors", "Restore release b5d4")]
    [InlineData("NeighbourRelease", "errors", "Tell the owners")]
    [InlineData("DependencyFailure", "errors", "See to release b5d4")]
    [InlineData("ImageUnavailable", "ImagePullFailure", "Have release b5d4")]
    [InlineData("Unknown", "Restarting", "Find out why the containers end")]
    [InlineData("Quota", "RolloutNotProgressing", "Raise the release b5d4")]
    [InlineData("Unknown", "errors", "Find the cause")]
    public void FollowUpsComeFromCauseAndSignals(string cause, string signal, string followUp)
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Cause = cause;
        incident.Status.Signals[0].Name = signal;
        Assert.Contains("- [ ] " + followUp, Postmortem.Write(incident), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("configmap/settings-known-good", true)]
    [InlineData("configmap/settings", false)]
    public void WhatWasKeptOfAConfigMapIsOfferedWithTheCommands(string reference, bool expected)
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Cause = nameof(Cause.BadConfiguration);
        incident.Status.Hypotheses.Single(one => one.Verdict == "Accepted").Subject = "ConfigMap settings";
        incident.Status.Findings[0].Ref = reference;
        var page = Postmortem.Write(incident);
        Assert.Equal(expected, page.Contains("`kubectl -n shop get configmap settings settings-known-good -o yaml`\n", StringComparison.Ordinal));
        Assert.Equal(expected, page.Contains("`chronosops config restore configmap/settings -n shop` shows", StringComparison.Ordinal));
    }

    /// <summary>That the evidence does not explain it is said of nothing that it does explain.</summary>
    [Fact]
    public void EveryCauseHasFollowUpsOfItsOwn() => Assert.All(Enum.GetNames<Cause>().Where(cause => cause != nameof(Cause.Unknown)), cause =>
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Cause = cause;
        Assert.DoesNotContain("Find the cause", Postmortem.Write(incident), StringComparison.Ordinal);
    });

    private static List<string> Headings(string page) => [.. page.Split('\n').Where(line => line.StartsWith('#'))];

    [GeneratedRegex(@"(?<!\\)(\\\\)*\|")]
    private static partial Regex UnescapedPipe();
}
