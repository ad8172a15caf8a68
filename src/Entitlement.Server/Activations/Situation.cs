using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Activations;

/// <summary>What stands in the database about a request, read without a lock: the license that it names and what its key has on it.</summary>
internal sealed record Situation(
    License License, IReadOnlyCollection<FeatureLine> Features, Activation? Recorded, IReadOnlyCollection<Device> StandingDevices)
{
    /// <summary>What becomes of the machine's trial; null on a license that was bought.</summary>
    public TrialPlan? Trial { get; private init; }

    /// <summary>Whether a machine that takes a seat may give up one that it has by a trial.</summary>
    public bool MayEndTrial { get; private init; }

    /// <exception cref="EntitlementException">
    /// No license has this code, or it is for another product; or only an activation that stands may go on.
    /// </exception>
    public static async Task<Situation> LoadAsync(
        EntitlementDbContext db, ReceivedRequest request, CancellationToken cancellationToken)
    {
        var found = await db.FindLicenseAsync(request.Slc, cancellationToken) ?? throw Refusal.SlcUnknown(request.Slc);
        if (!string.Equals(found.ProductCode, request.Machine.Product, StringComparison.Ordinal))
        {
            throw Refusal.WrongProduct(request.Machine.Product, request.Slc);
        }

        var (account, license) = (found.License.AccountId, found.License.Id);
        var features = await db.ListFeaturesAsync(account, license, cancellationToken);
        var recorded = await db.FindActivationAsync(account, license, request.Machine.Thumbprint, cancellationToken);
        if (recorded is not { EndTime: null } && request.BlockedFor is { } wait)
        {
            throw Refusal.TooManyFailures(wait);
        }

        if (recorded is null && found.License.ExpectsMachines && !request.IsRefresh)
        {
            recorded = await db.FindAwaitedAsync(found.License, request, cancellationToken);
        }

        var devices = recorded is null ? [] : await db.ListDevicesAsync(account, recorded.Id, cancellationToken);
        return new Situation(found.License, features, recorded, [.. devices.Select(device => device.ToDevice())])
        {
            Trial = found.License.IsTrial
                ? TrialPlan.Make(
                    request.Marks, await db.FindTrialsAsync(found.License.ProductId, request.Marks, cancellationToken))
                : null,
            MayEndTrial = found is { ProductHasTrials: true, License.IsTrial: false },
        };
    }

    /// <summary>Of a request that was parked and answered; it names license and key, so that its file is not needed.</summary>
    public static async Task<Situation> LoadAsync(
        EntitlementDbContext db, ParkedRequest parked, CancellationToken cancellationToken)
    {
        var (account, id) = (parked.AccountId, parked.LicenseId);
        var license = await db.Licenses.Named(parked.Name.License).SingleOrDefaultAsync(cancellationToken)
            ?? throw Refusal.ConcurrentChange();
        var features = await db.ListFeaturesAsync(account, id, cancellationToken);
        var recorded = await db.FindActivationAsync(account, id, parked.Thumbprint, cancellationToken);
        var devices = recorded is null ? [] : await db.ListDevicesAsync(account, recorded.Id, cancellationToken);
        return new Situation(license, features, recorded, [.. devices.Select(device => device.ToDevice())])
        {
            Trial = license.IsTrial
                ? TrialPlan.Of(await db.FindTrialAsync(recorded?.TrialId, cancellationToken))
                : null,
        };
    }

    public ActivationPlan PlanFor(ReceivedRequest request) => Plan(request.Machine, IsOtherMachine(request.Components));

    /// <summary>Whether a request that was answered before may have its answer again.</summary>
    /// <exception cref="EntitlementException">
    /// The license is not in force, or the machine's trial or the activation has ended.
    /// </exception>
    public void RequireAnswerable(DateTimeOffset now)
    {
        License.RequireInForce(now);
        Trial?.RequireRunning(License, now);
        Recorded?.RequireStanding();
    }

    /// <summary>Of a request that was answered before: whatever it asked for then, nothing moves now.</summary>
    public ActivationPlan PlanForAnswered(ReceivedRequest request) =>
        Plan(request.Machine with { Devices = [.. StandingDevices] }, isOtherMachine: false);

    private ActivationPlan Plan(MachineFacts machine, bool isOtherMachine) =>
        ActivationPlan.Make(License, Features, Recorded, StandingDevices, machine, isOtherMachine, Trial);

    /// <summary>
    /// By the measure of an offline check: as many kinds must match as the license asks for, or all that the recorded
    /// machine showed where those are fewer.
    /// </summary>
    private bool IsOtherMachine(MachineComponents components) => Recorded is { AwaitsMachine: false, HasComponents: true } recorded
        && MachineComponents.Parse(recorded.Components) is var known
        && components.CountMatches(known) < Math.Min(License.MachineMatch, known.KindCount);
}
