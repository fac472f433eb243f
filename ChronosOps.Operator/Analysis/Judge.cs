using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Weighs the hypotheses. Arguments of one kind of evidence are not independent: of each kind the strongest counts in full and the others a
/// little. The kinds are combined as independent witnesses (noisy or). What speaks against scales the result down. Every gap costs a little.
/// </summary>
public static class Judge
{
    /// <summary>Below this a hypothesis explains nothing.</summary>
    public const double LeastConfidence = 0.5;

    /// <summary>A rival of another cause this close makes the evidence contradictory.</summary>
    private const double ClearMargin = 0.15;
    private const double Repeated = 0.2;
    private const double GapCost = 0.03;
    private const double Certain = 0.99;

    /// <summary>Scores, orders, accepts and rejects.</summary>
    public static Diagnosis Decide(Case @case, IReadOnlyList<string> gaps)
    {
        var scored = @case.Hypotheses()
            .Select(hypothesis => hypothesis with { Confidence = Confidence(hypothesis, gaps.Count) })
            .OrderByDescending(hypothesis => hypothesis.Confidence)
            .ToList();
        var best = scored.FirstOrDefault();
        var rival = scored.FirstOrDefault(hypothesis => hypothesis.Cause != best?.Cause);
        var contradictory = best is not null && rival is not null && rival.Confidence >= LeastConfidence && best.Confidence - rival.Confidence < ClearMargin;
        var accepted = best is null || best.Confidence < LeastConfidence || contradictory ? null : best;
        var judged = scored.Select(hypothesis => ReferenceEquals(hypothesis, accepted) ? hypothesis : hypothesis with { Rejection = Why(hypothesis, accepted, contradictory) }).ToList();
        return new Diagnosis(@case.Findings, judged, accepted, gaps);
    }

    private static double Confidence(Hypothesis hypothesis, int gaps)
    {
        var doubt = 1.0;
        foreach (var kind in hypothesis.For.GroupBy(argument => argument.Finding.Kind))
        {
            var strongestFirst = kind.Select(argument => argument.Weight).OrderDescending().ToList();
            doubt *= 1 - strongestFirst[0];
            foreach (var further in strongestFirst.Skip(1))
            {
                doubt *= 1 - (further * Repeated);
            }
        }

        var belief = 1 - doubt;
        foreach (var argument in hypothesis.Against)
        {
            belief *= 1 - argument.Weight;
        }

        return Math.Clamp(belief - (gaps * GapCost), 0, Certain);
    }

    private static string Why(Hypothesis hypothesis, Hypothesis? accepted, bool contradictory)
    {
        var strongest = hypothesis.Against.MaxBy(argument => argument.Weight);
        if (strongest is not null && strongest.Weight >= 0.5)
        {
            return strongest.Finding.Message;
        }

        return contradictory && hypothesis.Confidence >= LeastConfidence ? "another cause is about as likely: the evidence contradicts itself"
            : hypothesis.For.Count == 0 ? "nothing speaks for it"
            : accepted is not null ? $"'{accepted.Cause}' explains more ({Quantities.Format(accepted.Confidence)})"
            : "the evidence is too weak";
    }
}
