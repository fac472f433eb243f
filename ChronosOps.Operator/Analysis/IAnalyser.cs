using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Looks at one aspect of the evidence and argues for or against causes. Pure.</summary>
public interface IAnalyser
{
    /// <summary>Adds findings and arguments to the case.</summary>
    void Analyse(EvidenceBundle bundle, Case @case);
}

/// <summary>The case as it is built: findings get their ids here, arguments are gathered by cause and subject.</summary>
public sealed class Case
{
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<(Cause, string), (List<Argument> For, List<Argument> Against)> _arguments = [];

    public IReadOnlyList<Finding> Findings => _findings;

    public Finding Find(EvidenceKind kind, string source, DateTimeOffset? time, double strength, string message, string? reference)
    {
        var finding = new Finding($"f{_findings.Count + 1}", kind, source, time, strength, message, reference);
        _findings.Add(finding);
        return finding;
    }

    public void Consider(Cause cause, string subject) => Arguments(cause, subject);

    public void For(Cause cause, string subject, Finding finding, double? weight = null) =>
        Arguments(cause, subject).For.Add(new Argument(finding, weight ?? finding.Strength));

    public void Against(Cause cause, string subject, Finding finding, double? weight = null) =>
        Arguments(cause, subject).Against.Add(new Argument(finding, weight ?? finding.Strength));

    /// <summary>Argues against every hypothesis of a cause, whatever its subject.</summary>
    public void AgainstAll(Cause cause, Finding finding, double? weight = null)
    {
        foreach (var key in _arguments.Keys.Where(key => key.Item1 == cause).ToList())
        {
            Against(cause, key.Item2, finding, weight);
        }
    }

    public IEnumerable<Hypothesis> Hypotheses() => _arguments.Select(entry => new Hypothesis
    {
        Cause = entry.Key.Item1,
        Subject = entry.Key.Item2,
        For = entry.Value.For,
        Against = entry.Value.Against,
    });

    private (List<Argument> For, List<Argument> Against) Arguments(Cause cause, string subject)
    {
        if (!_arguments.TryGetValue((cause, subject), out var arguments))
        {
            _arguments[(cause, subject)] = arguments = ([], []);
        }

        return arguments;
    }
}
