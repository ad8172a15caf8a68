using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;

namespace Entitlement.Domain.Activations;

/// <summary>
/// What a license request would do to a license: decided from what was read, before anything is written. The same plan
/// is shown by a preview and carried out by an activation.
/// </summary>
public sealed class ActivationPlan
{
    private readonly License _license;
    private readonly Activation? _recorded;
    private readonly MachineFacts _machine;
    private readonly TrialPlan? _trial;

    private ActivationPlan(License license, Activation? recorded, MachineFacts machine, TrialPlan? trial)
    {
        _license = license;
        _recorded = recorded;
        _machine = machine;
        _trial = trial;
    }

    /// <summary>The trial as it will stand, once this is carried out; null on a license that was bought.</summary>
    public TrialChange? CarriedTrial => _trial?.Carried;

    /// <summary>Whether neither the instance key nor the machine has an activation on this license yet.</summary>
    public bool IsNew => _recorded is null;

    /// <summary>Whether it would take a machine seat: it has none yet, or has given it back.</summary>
    public required bool TakesSeat { get; init; }

    /// <summary>
    /// Whether a product must wait for a principal's approval. The mode says who may take seats; a machine that keeps what
    /// it has takes none.
    /// </summary>
    public bool NeedsApproval => TakesMore && _license.ActivationMode == ActivationMode.Approval;

    /// <summary>
    /// Whether it would go on with the seat that another system gave the machine, and that was held for it since.
    /// </summary>
    public required bool TakesOver { get; init; }

    /// <summary>All devices of the request.</summary>
    public IReadOnlyList<Device> Devices => _machine.Devices;

    /// <summary>Devices that would take a seat.</summary>
    public required IReadOnlyList<Device> Added { get; init; }

    /// <summary>Devices that keep their seat, and whose model is told differently by now.</summary>
    public required IReadOnlyList<Device> Retold { get; init; }

    /// <summary>Devices that would give theirs back, because the request leaves them out.</summary>
    public required IReadOnlyList<Device> Removed { get; init; }

    /// <summary>Machines first, then each feature that counts devices, in order of their codes.</summary>
    public required IReadOnlyList<SeatLine> Seats { get; init; }

    /// <summary>Features that devices ask for and the license does not count by device; in order of their codes.</summary>
    public required IReadOnlyList<string> UnlicensedFeatures { get; init; }

    public required GenerationNotice Notice { get; init; }

    /// <summary>What tells of a second installation with the same key; null when nothing does.</summary>
    public required CloneSign? Sign { get; init; }

    /// <summary>Generation of the newest license file on record; 0 when there is none.</summary>
    public required int RecordedGeneration { get; init; }

    /// <summary>One above the record, or above what the machine ever told where that is ahead.</summary>
    public required int NextGeneration { get; init; }

    /// <param name="license">The license that the request names.</param>
    /// <param name="features">Its feature lines.</param>
    /// <param name="recorded">
    /// The activation that the instance key has on it, standing or ended, or else the one that awaits this machine; null
    /// when there is none.
    /// </param>
    /// <param name="standingDevices">The devices of that activation; none of one that has ended.</param>
    /// <param name="machine">The request.</param>
    /// <param name="isOtherMachine">Whether its components are not those that the activation was known by.</param>
    /// <param name="trial">What becomes of the machine's trial; null on a license that was bought.</param>
    public static ActivationPlan Make(
        License license,
        IReadOnlyCollection<FeatureLine> features,
        Activation? recorded,
        IReadOnlyCollection<Device> standingDevices,
        MachineFacts machine,
        bool isOtherMachine = false,
        TrialPlan? trial = null)
    {
        var asked = machine.Devices.Select(device => device.Key).ToHashSet();
        var held = standingDevices.ToDictionary(device => device.Key);
        var added = machine.Devices.Where(device => !held.ContainsKey(device.Key)).ToList();
        var removed = standingDevices.Where(device => !asked.Contains(device.Key)).ToList();

        var byDevice = features.Where(line => line.Counts == FeatureCount.Device)
            .OrderBy(line => line.Code, StringComparer.Ordinal)
            .ToList();
        var licensed = byDevice.Select(line => line.Code).ToHashSet(StringComparer.Ordinal);
        var addedBy = added.CountBy(device => device.Feature, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var removedBy = removed.CountBy(device => device.Feature, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

        var takesSeat = recorded is null or { End: not null };
        var machines = new SeatLine(
            SeatLine.Machines, license.MachineLimit, license.MachinesHeld, takesSeat ? 1 : 0, license.MachineOverage);
        var lines = byDevice.Select(line => new SeatLine(
            SeatLine.Feature(line.Code),
            line.Quantity,
            line.Held,
            addedBy.GetValueOrDefault(line.Code) - removedBy.GetValueOrDefault(line.Code),
            line.Overage));

        var notice = GenerationNotices.Of(machine.Generation, recorded?.Generation ?? 0);
        return new ActivationPlan(license, recorded, machine, trial)
        {
            TakesSeat = takesSeat,
            TakesOver = recorded is { AwaitsMachine: true },
            Added = added,
            Retold = [.. machine.Devices.Where(device =>
                device.Model is not null && held.TryGetValue(device.Key, out var known) && device != known)],
            Removed = removed,
            Seats = [machines, .. lines],
            UnlicensedFeatures = [.. machine.Devices.Select(device => device.Feature)
                .Where(feature => !licensed.Contains(feature))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
            Notice = notice,
            Sign = recorded?.SignIn(machine.Generation, notice)
                ?? (isOtherMachine && !takesSeat ? CloneSign.OtherMachine : null),
            RecordedGeneration = recorded?.Generation ?? 0,
            NextGeneration = Next(Math.Max(machine.Generation, recorded?.NewestGeneration ?? 0)),
        };
    }

    /// <summary>Refuses a request that is meant for an activation that stands.</summary>
    /// <exception cref="EntitlementException">
    /// <see cref="FailureReason.NotActivated"/> or <see cref="FailureReason.ActivationEnded"/>; before them what the license's
    /// own state refuses.
    /// </exception>
    public void RequireStanding(DateTimeOffset now)
    {
        RequireInForce(now);
        (_recorded ?? throw Refusal.NotActivated(_license.Name)).RequireStanding();
    }

    /// <summary>
    /// Refuses what must not be carried out, in a fixed order: the license's own state, the trial's, who may take
    /// seats, what care covers, what is licensed, whether somebody must approve it, and last what is left.
    /// </summary>
    /// <param name="now">The moment of the decision.</param>
    /// <param name="byPrincipal">Whether a principal with <c>license.activate</c> hands the request in.</param>
    /// <exception cref="EntitlementException">The plan must not be carried out.</exception>
    public void RequireAllowed(DateTimeOffset now, bool byPrincipal)
    {
        RequireGrantable(now, byPrincipal);
        if (!byPrincipal && NeedsApproval)
        {
            throw Refusal.ActivationNeedsApproval(_license.Name);
        }

        var shortages = Seats.Where(line => line.IsShort).ToList();
        if (shortages.Count > 0)
        {
            throw Refusal.SeatsExhausted(_license.Name, shortages);
        }
    }

    /// <summary>
    /// Refuses what no approval would mend, in the same order. What is left is not asked: some may be, when it is approved.
    /// </summary>
    /// <exception cref="EntitlementException">Nobody need be asked to approve it.</exception>
    public void RequireApprovable(DateTimeOffset now) => RequireGrantable(now, byPrincipal: false);

    /// <summary>Makes the activation, or brings the recorded one up to date, for the license file of the next generation.</summary>
    /// <param name="lifetime">How long a license file lives that has an end of its own.</param>
    /// <param name="now">When the file is issued.</param>
    public Activation Carry(TimeSpan lifetime, DateTimeOffset now)
    {
        var activation = _recorded ?? Activation.Create(_license.Name, _machine, now);
        var trial = _trial?.Carry(_license, _machine, now);
        activation.Issue(
            _machine, Notice, NextGeneration, _license.FileEnd(now, lifetime, trial?.EndTime), trial?.Id, now);
        if (Sign is not null)
        {
            activation.Suspect(now);
        }

        return activation;
    }

    /// <summary>Only a machine that makes its numbers up gets there, and it locks out nobody but itself.</summary>
    private static int Next(int generation) => generation < int.MaxValue
        ? generation + 1
        : throw Refusal.InvalidArgument("license_request.gen", "leaves no generation after it; start over with a new instance key");

    /// <summary>A machine that takes over has proved nothing yet but that it looks like one that another system knew.</summary>
    private bool TakesMore => TakesSeat || TakesOver || Added.Count > 0;

    /// <summary>The license before the trial: what it refuses, no extension of the trial would mend.</summary>
    private void RequireInForce(DateTimeOffset now)
    {
        _license.RequireInForce(now);
        _trial?.RequireRunning(_license, now);
    }

    private void RequireGrantable(DateTimeOffset now, bool byPrincipal)
    {
        RequireInForce(now);
        if (!byPrincipal && TakesMore && _license.ActivationMode == ActivationMode.PortalOnly)
        {
            throw Refusal.ActivationByPortalOnly(_license.Name);
        }

        _license.RequireCovers(_machine.BuildDate);
        if (UnlicensedFeatures.Count > 0)
        {
            throw Refusal.FeatureNotLicensed(_license.Name, UnlicensedFeatures[0]);
        }
    }
}
