using System.Text.RegularExpressions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether the running release differs from the one before in nothing that runs. Pure.</summary>
internal static partial class Cosmetic
{
    /// <summary>Whether only annotations of the template differ, and none that is known to change what runs. False where it is not known what differs.</summary>
    public static bool IsRelease(EvidenceBundle bundle) => bundle.TemplateChanges is { Count: > 0 } changes && changes.All(IsStamp);

    private static bool IsStamp(string change) =>
        Annotation().Match(change) is { Success: true } match && !PodTemplates.ChangesWhatRuns(match.Groups["key"].Value);

    // A change of anything else begins with another path; where all annotations come or go at once their keys are not told.
    [GeneratedRegex(@"^metadata\.annotations\.(?<key>\S+) (added|removed|changed|from .*)\z", RegexOptions.Singleline)]
    private static partial Regex Annotation();
}
