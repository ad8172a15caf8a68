using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;

namespace Entitlement.Domain.Activations;

/// <summary>How much of a floating feature a product wants to hold from now on.</summary>
/// <param name="Feature">Code of the feature.</param>
/// <param name="Quantity">How much of it in all; at least 1.</param>
public sealed record WantedLease(string Feature, int Quantity);

/// <summary>
/// What a product's wish does to the leases that its activation holds: what it names is taken or renewed, what it
/// leaves out is given back.
/// </summary>
public sealed class LeasePlan
{
    private LeasePlan()
    {
    }

    /// <summary>The lines on which quantities move, in the order of their codes.</summary>
    public required IReadOnlyList<SeatLine> Moves { get; init; }

    /// <summary>What the activation holds afterwards, in the order of the features' codes.</summary>
    public required IReadOnlyList<Lease> Standing { get; init; }

    /// <summary>Those of <see cref="Standing"/> that it did not hold before.</summary>
    public required IReadOnlyList<Lease> Taken { get; init; }

    /// <summary>What it gives back whole.</summary>
    public required IReadOnlyList<Lease> Returned { get; init; }

    /// <param name="activation">The activation.</param>
    /// <param name="license">Its license, in force. No lease outlasts it.</param>
    /// <param name="lines">The license's feature lines.</param>
    /// <param name="held">What the activation holds now, also what has run out and still counts. It is changed.</param>
    /// <param name="wanted">No feature twice.</param>
    /// <param name="now">When the leases begin.</param>
    /// <param name="trialEnd">When the machine's trial ends, which no lease outlasts either; null for none.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.FeatureNotLicensed"/>: a wanted feature does not float on this license.
    /// </exception>
    public static LeasePlan Make(
        Activation activation,
        License license,
        IReadOnlyCollection<FeatureLine> lines,
        IReadOnlyCollection<Lease> held,
        IReadOnlyCollection<WantedLease> wanted,
        DateTimeOffset now,
        DateTimeOffset? trialEnd = null)
    {
        var last = license.EndWith(trialEnd);
        var floating = lines.Where(line => line.Counts == FeatureCount.Lease)
            .ToDictionary(line => line.Code, StringComparer.Ordinal);
        var holding = held.ToDictionary(lease => lease.Feature, StringComparer.Ordinal);
        var before = held.ToDictionary(lease => lease.Feature, lease => lease.Quantity, StringComparer.Ordinal);
        var (standing, taken) = (new List<Lease>(), new List<Lease>());
        foreach (var wish in wanted.OrderBy(wish => wish.Feature, StringComparer.Ordinal))
        {
            if (!floating.TryGetValue(wish.Feature, out var line))
            {
                throw Refusal.FeatureNotFloating(license.Name, wish.Feature);
            }

            var end = now.AddSeconds(line.LeaseSeconds);
            var until = end > last ? last.Value : end;
            if (holding.TryGetValue(wish.Feature, out var lease))
            {
                lease.Renew(wish.Quantity, until);
            }
            else
            {
                lease = Lease.Create(activation, wish.Feature, wish.Quantity, until);
                taken.Add(lease);
            }

            standing.Add(lease);
        }

        var returned = held.Except(standing).ToList();
        return new LeasePlan
        {
            Standing = standing,
            Taken = taken,
            Returned = returned,
            Moves = [.. MovesOf(floating, before, standing, returned)],
        };
    }

    private static IEnumerable<SeatLine> MovesOf(
        Dictionary<string, FeatureLine> floating,
        Dictionary<string, int> before,
        List<Lease> standing,
        List<Lease> returned)
    {
        var after = standing.ToDictionary(lease => lease.Feature, lease => lease.Quantity, StringComparer.Ordinal);
        return standing.Concat(returned)
            .Select(lease => floating[lease.Feature])
            .OrderBy(line => line.Code, StringComparer.Ordinal)
            .Select(line => new SeatLine(
                SeatLine.Feature(line.Code),
                line.Quantity,
                line.Held,
                after.GetValueOrDefault(line.Code) - before.GetValueOrDefault(line.Code),
                line.Overage))
            .Where(line => line.Requested != 0);
    }
}
