using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Links incidents of one namespace whose workloads call each other, and writes the links down.</summary>
public sealed class IncidentChains(IncidentBook book, WorkloadCatalog catalog, ServiceGraph graph)
{
    /// <summary>The place of an incident among those that are ill now.</summary>
    public ChainPlace PlaceOf(IncidentContext context)
    {
        if (context.Workload is null || !IncidentBook.IsIll(context.Status))
        {
            return ChainPlace.Alone;
        }

        var self = IncidentBook.Ill(context.Incident.Name(), context.Key, context.Status);
        var others = book.IllIn(context.Key.Namespace).Where(other => other.Workload != context.Key).Take(CallChain.Most - 1).ToList();
        if (others.Count == 0)
        {
            return ChainPlace.Alone;
        }

        var named = others.Append(self).ToDictionary(one => one.Workload, one => (one == self ? context.Workload : catalog.Find(one.Workload)) is { } found ? catalog.NamedBy(found) : null);
        return new CallChain([.. others, self], (caller, callee) =>
            named[caller.Workload]?.Contains(callee.Workload) == true ? CallSource.Template
            : graph.CallsFail(caller.Workload, callee.Workload, caller.Onset) ? CallSource.ServiceGraph
            : null).Of(self.Incident);
    }

    /// <summary>What keeps an incident from acting: the open incident that its trouble likely comes from.</summary>
    public IReadOnlyList<string> OriginsOf(IncidentContext context) =>
        PlaceOf(context).Origin is { } origin ? [$"{origin.Incident} of {origin.Workload.Kind} {origin.Workload.Name}"] : [];

    /// <summary>Brings the links of an incident up to date. Those to incidents that are over stay.</summary>
    /// <returns>What is new, in a sentence; null where nothing is.</returns>
    public string? Note(IncidentContext context)
    {
        var (status, place) = (context.Status, PlaceOf(context));
        if (place.Related.Count == 0)
        {
            return null;
        }

        var (known, before) = (status.Related.Select(one => one.Incident).ToHashSet(), status.Origin);
        var over = (from one in status.Related
                    where !place.Related.Any(now => now.Incident == one.Incident) && !IncidentBook.IsIll(book.Find(context.Key.Namespace, one.Incident)?.Status)
                    select one).ToList();
        if (place.Origin is not null)
        {
            over.ForEach(one => one.LikelyOrigin = false);
        }

        status.Related = [.. place.Related.Concat(over).Take(StatusLimits.Related)];
        status.Origin = place.Origin?.Incident ?? (place.IsOrigin ? context.Incident.Name() : status.Origin);
        var text = string.Join("; ", status.Related.Where(one => !known.Contains(one.Incident) || (one.LikelyOrigin == true && before != status.Origin)).Select(CallChain.Say));
        if (status.Origin == before)
        {
            return text.Length == 0 ? null : text;
        }

        var origin = (place.Origin is { } from ? $"likely comes from incident {from.Incident} of {from.Workload.Kind} {from.Workload.Name}" : "likely the origin of what ails others") + (text.Length > 0 ? $": {text}" : "");
        Bounded.Add(status, status.Timeline, StatusLimits.Timeline, new TimelineRecord { Time = context.Now, Phase = status.Phase, Reason = "OriginFound", Message = Bounded.Sentence(origin) });
        return origin;
    }
}
