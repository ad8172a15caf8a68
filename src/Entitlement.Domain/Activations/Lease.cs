namespace Entitlement.Domain.Activations;

/// <summary>
/// What an activation holds of a floating feature for a while. Its quantity counts in the feature line's <c>Held</c>
/// for as long as the row stands, which may be longer than the lease: one that has run out is taken away by whoever
/// needs its place.
/// </summary>
public sealed class Lease
{
    private Lease()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid ActivationId { get; private init; }

    public string Feature { get; private init; } = "";

    public int Quantity { get; private set; }

    /// <summary>When it ends: at, not after, this moment.</summary>
    public DateTimeOffset Until { get; private set; }

    public bool IsOverAt(DateTimeOffset now) => now >= Until;

    internal static Lease Create(Activation activation, string feature, int quantity, DateTimeOffset until) => new()
    {
        AccountId = activation.AccountId,
        LicenseId = activation.LicenseId,
        ActivationId = activation.Id,
        Feature = feature,
        Quantity = quantity,
        Until = until,
    };

    internal void Renew(int quantity, DateTimeOffset until) => (Quantity, Until) = (quantity, until);
}
