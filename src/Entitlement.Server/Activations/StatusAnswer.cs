using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Activation = Entitlement.Domain.Activations.Activation;
using GenerationNotice = Entitlement.Domain.Activations.GenerationNotice;
using Lease = Entitlement.Domain.Activations.Lease;
using License = Entitlement.Domain.Licenses.License;
using LicenseState = Entitlement.Domain.Licenses.LicenseState;
using Trial = Entitlement.Domain.Trials.Trial;

namespace Entitlement.Server.Activations;

/// <summary>What a product is told for its report.</summary>
internal static class StatusAnswer
{
    public static ReportStatusResponse Of(
        Activation activation,
        License license,
        Trial? trial,
        IEnumerable<Lease> leases,
        GenerationNotice notice,
        DateTimeOffset now) => new()
        {
            ReportTime = now.ToTimestamp(),
            State = StateOf(activation, license.StateAt(now), trial?.IsOverAt(now) == true),
            Leases = { leases.RunningAt(now) },
            Generation = activation.Generation,
            NewerFileExists = notice == GenerationNotice.Behind,
            GenerationNotice = notice.ToMessage(),
        };

    /// <summary>What has run out is held by nobody, whether or not its row still stands.</summary>
    public static IEnumerable<V1.Lease> RunningAt(this IEnumerable<Lease> leases, DateTimeOffset now) => leases
        .Where(lease => !lease.IsOverAt(now))
        .OrderBy(lease => lease.Feature, StringComparer.Ordinal)
        .Select(ToMessage);

    private static V1.Lease ToMessage(Lease lease) => new()
    {
        Feature = lease.Feature,
        Quantity = lease.Quantity,
        ExpireTime = lease.Until.ToTimestamp(),
    };

    /// <summary>The gravest that applies.</summary>
    private static ActivationState StateOf(Activation activation, LicenseState license, bool isTrialOver) =>
        (license, activation.End) switch
        {
            (LicenseState.Revoked, _) => ActivationState.Revoked,
            (_, Domain.Activations.ActivationEnd.Returned) => ActivationState.Returned,
            (_, Domain.Activations.ActivationEnd.Released) => ActivationState.Released,
            (_, Domain.Activations.ActivationEnd.Bought) => ActivationState.Bought,
            (LicenseState.Suspended, _) => ActivationState.Suspended,
            (LicenseState.Expired, _) => ActivationState.Expired,
            (LicenseState.Active, _) when isTrialOver => ActivationState.Expired,
            (LicenseState.Active, _) => ActivationState.InForce,
        };
}
