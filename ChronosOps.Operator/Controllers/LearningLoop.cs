using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;

namespace ChronosOps.Operator.Controllers;

/// <summary>Keeps what is usual up to date, beside the evaluations: reading a history of days must not hold them up.</summary>
public sealed class LearningLoop(PolicyRegistry policies, Learner learner, LearntBoard board, TimeProvider time, ILogger<LearningLoop> log)
{
    /// <summary>Looks after the evaluation of the same time, so that the two do not ask at once; a step's last scrape has come in by then.</summary>
    private static readonly TimeSpan Offset = TimeSpan.FromSeconds(1);

    /// <summary>Prometheus has others to serve while a history is read.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken ct)
    {
        var last = "";
        while (!ct.IsCancellationRequested)
        {
            var isBehind = false;
            try
            {
                var (more, failures) = await learner.LearnAsync(policies.Watched(), time.GetUtcNow() - Offset, ct).ConfigureAwait(false);
                var said = failures.Count == 0 ? "" : $"{failures[0].Reason}: {failures[0].Message}";
                if (said != last && said.Length > 0)
                {
                    log.LogWarning("What is usual cannot be learnt of {Count} queries: {Error}", failures.Count, said);
                }

                last = said;
                isBehind = more;
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // One bad round must not end it; what was missed is read the next time.
                log.LogError(e, "Learning what is usual failed");
            }

            await Task.Delay(isBehind ? Breath : TimeGrid.UntilNext(time.GetUtcNow(), board.Step, Offset), time, ct).ConfigureAwait(false);
        }
    }
}
