using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Licenses;

/// <summary>What somebody chooses of what a license was sold with. What is not named stays as it is.</summary>
public sealed record LicenseChoice
{
    /// <summary>Null to keep the edition.</summary>
    public string? Edition { get; init; }

    /// <summary>Null to keep the limit.</summary>
    public int? MachineLimit { get; init; }

    public IReadOnlyList<FeatureChoice> Features { get; init; } = [];
}

/// <param name="Code">A feature line of the license.</param>
/// <param name="Quantity">How much of it; 0 for none.</param>
public readonly record struct FeatureChoice(string Code, int Quantity);

/// <summary>What a choice comes to.</summary>
/// <param name="IsChanged">Whether anything is other than before.</param>
/// <param name="Features">The lines whose quantity changes, in the order of their codes.</param>
public sealed record ChosenTerms(bool IsChanged, IReadOnlyList<FeatureChoice> Features);

/// <content>The half by which a license is configured within what it was sold with.</content>
public sealed partial class License
{
    public const int MaxEditions = 16;

    private const char EditionEnd = '\n';

    /// <summary>
    /// How many machines it was sold for, once fewer were chosen; 0 before. Whoever sells more or fewer sets it back.
    /// </summary>
    public int SoldMachines { get; private set; }

    /// <summary>
    /// How many machines hold a seat above what is allowed, because somebody chose less knowingly. None is taken on its
    /// account; it only lets those go on that are there.
    /// </summary>
    public int MachineExcess { get; private init; }

    /// <summary>The editions that may be chosen beside the present one, each with a line end behind it.</summary>
    public string Editions { get; private set; } = "";

    /// <summary>Whether it grants nothing yet, because nobody has chosen.</summary>
    public bool AwaitsConfiguration { get; private set; }

    /// <summary>The most machines that may be chosen.</summary>
    public int SoldMachineLimit => Math.Max(SoldMachines, MachineLimit);

    /// <summary>See <see cref="Editions"/>.</summary>
    public IReadOnlyList<string> OtherEditions => Editions.Split(EditionEnd, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Chooses for the first time.</summary>
    /// <param name="choice">What is chosen.</param>
    /// <param name="lines">All of its feature lines.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>, <see cref="FailureReason.NotSold"/>,
    /// <see cref="FailureReason.LicenseConfigured"/> or <see cref="FailureReason.LicenseRevoked"/>.
    /// </exception>
    public ChosenTerms Configure(LicenseChoice choice, IReadOnlyCollection<FeatureLine> lines)
    {
        RequireNotRevoked();
        if (!AwaitsConfiguration)
        {
            throw Refusal.LicenseConfigured(Name);
        }

        var chosen = Choose(choice, lines, acceptsBelowUse: false);
        AwaitsConfiguration = false;
        return chosen with { IsChanged = true };
    }

    /// <summary>Chooses anew.</summary>
    /// <param name="choice">What is chosen.</param>
    /// <param name="lines">All of its feature lines.</param>
    /// <param name="acceptsBelowUse">Whether less may be chosen than is in use.</param>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.InvalidArgument"/>, <see cref="FailureReason.NotSold"/>,
    /// <see cref="FailureReason.LimitBelowUse"/>, <see cref="FailureReason.LicenseNotConfigured"/> or
    /// <see cref="FailureReason.LicenseRevoked"/>.
    /// </exception>
    public ChosenTerms Reconfigure(LicenseChoice choice, IReadOnlyCollection<FeatureLine> lines, bool acceptsBelowUse)
    {
        RequireNotRevoked();
        RequireConfigured();
        return Choose(choice, lines, acceptsBelowUse);
    }

    private ChosenTerms Choose(LicenseChoice choice, IReadOnlyCollection<FeatureLine> lines, bool acceptsBelowUse)
    {
        var edition = RequireSoldEdition(choice.Edition ?? Edition);
        var machines = RequireSold(SeatLine.Machines, choice.MachineLimit ?? MachineLimit, SoldMachineLimit);
        var features = RequireSoldFeatures(choice.Features, lines);
        var below = BelowUse(machines, features).ToList();
        if (below.Count > 0 && !acceptsBelowUse)
        {
            throw Refusal.LimitBelowUse(Name, below);
        }

        if (edition == Edition && machines == MachineLimit && features.Count == 0)
        {
            return new ChosenTerms(IsChanged: false, []);
        }

        // An edition that is left may be chosen again.
        Editions = JoinEditions([.. OtherEditions.Append(Edition).Where(other => other.Length > 0 && other != edition).Distinct()]);
        (Edition, SoldMachines, MachineLimit) = (edition, SoldMachineLimit, machines);
        Terms++;
        return new ChosenTerms(IsChanged: true, [.. features.Select(change => new FeatureChoice(change.Line.Code, change.Quantity))]);
    }

    private IEnumerable<SeatLine> BelowUse(int machines, IEnumerable<(FeatureLine Line, int Quantity)> features)
    {
        if (machines < MachineLimit && MachinesHeld > machines + MachineOverage)
        {
            yield return new SeatLine(SeatLine.Machines, machines, MachinesHeld, Requested: 0, MachineOverage);
        }

        foreach (var (line, quantity) in features.Where(change => change.Quantity < change.Line.Quantity))
        {
            if (line.Held > quantity + line.Overage)
            {
                yield return new SeatLine(SeatLine.Feature(line.Code), quantity, line.Held, Requested: 0, line.Overage);
            }
        }
    }

    private string RequireSoldEdition(string edition) => edition == Edition || OtherEditions.Contains(edition, StringComparer.Ordinal)
        ? edition
        : throw Refusal.NotSold(Name, "edition", edition, string.Join(", ", OtherEditions.Prepend(Edition)));

    private int RequireSold(string line, int wanted, int sold)
    {
        Require(wanted >= 1, "configuration.machine_limit", "must be 1 or more");
        return wanted <= sold ? wanted : throw Refusal.NotSold(Name, line, $"{wanted}", $"{sold}");
    }

    /// <returns>Those that change, in the order of their codes.</returns>
    private List<(FeatureLine Line, int Quantity)> RequireSoldFeatures(
        IReadOnlyList<FeatureChoice> choices, IReadOnlyCollection<FeatureLine> lines)
    {
        var byCode = lines.ToDictionary(line => line.Code, StringComparer.Ordinal);
        var changes = new SortedDictionary<string, (FeatureLine Line, int Quantity)>(StringComparer.Ordinal);
        for (var i = 0; i < choices.Count; i++)
        {
            var (choice, field) = (choices[i], $"configuration.features[{i}]");
            Require(byCode.ContainsKey(choice.Code), $"{field}.code", "must be a feature of this license");
            var line = byCode[choice.Code];
            Require(choice.Quantity >= 0, $"{field}.quantity", "must be 0 or more");
            Require(changes.TryAdd(choice.Code, (line, choice.Quantity)), $"{field}.code", "must not repeat a code of this call");
            if (choice.Quantity > line.MostQuantity)
            {
                throw Refusal.NotSold(Name, SeatLine.Feature(line.Code), $"{choice.Quantity}", $"{line.MostQuantity}");
            }
        }

        return [.. changes.Values.Where(change => change.Quantity != change.Line.Quantity)];
    }

    private void RequireConfigured()
    {
        if (AwaitsConfiguration)
        {
            throw Refusal.LicenseNotConfigured(Name);
        }
    }

    private static string RequireEditions(IReadOnlyList<string> editions)
    {
        Require(editions.Count <= MaxEditions, "license.editions", $"must be at most {MaxEditions}");
        return JoinEditions([.. editions
            .Select((edition, i) => Text.Require(edition, $"license.editions[{i}]", 1, Text.MaxEditionLength))
            .Distinct(StringComparer.Ordinal)]);
    }

    private static string JoinEditions(IReadOnlyList<string> editions) =>
        string.Concat(editions.Select(edition => $"{edition}{EditionEnd}"));
}
