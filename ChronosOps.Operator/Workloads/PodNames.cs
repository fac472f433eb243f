using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Whose a pod was, by its name: of the past nothing else is left. A Deployment's pods bear its name, the hash of the template and five letters, a
/// StatefulSet's an ordinal, a DaemonSet's and a Job's five letters. Names so long that Kubernetes cuts them (more than some 46 letters) are not recognised. Pure.
/// </summary>
public static class PodNames
{
    private const int Suffix = 5;
    private const int LongestHash = 10;

    /// <summary>Whether a pod of that name is, or was, the workload's.</summary>
    public static bool IsOf(WorkloadKey workload, string pod)
    {
        if (pod.Length < workload.Name.Length + 2 || !pod.StartsWith(workload.Name, StringComparison.Ordinal) || pod[workload.Name.Length] != '-')
        {
            return false;
        }

        var rest = pod.AsSpan(workload.Name.Length + 1);
        return workload.Kind switch
        {
            WorkloadKind.Deployment => rest.IndexOf('-') is var dash and > 0 && dash <= LongestHash && IsWord(rest[..dash]) && IsSuffix(rest[(dash + 1)..]),
            WorkloadKind.StatefulSet => !rest.ContainsAnyExceptInRange('0', '9'),
            _ => IsSuffix(rest),
        };
    }

    private static bool IsSuffix(ReadOnlySpan<char> text) => text.Length == Suffix && IsWord(text);

    private static bool IsWord(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter))
            {
                return false;
            }
        }

        return true;
    }
}
