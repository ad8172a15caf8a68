namespace Entitlement.Domain.Activations;

/// <summary>That an activation was released by hand: what a license's release limit counts.</summary>
public sealed class SeatRelease
{
    private SeatRelease()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid LicenseId { get; private init; }

    public Guid Id { get; private init; }

    public Guid ActivationId { get; private init; }

    public DateTimeOffset ReleaseTime { get; private init; }

    public static SeatRelease Create(Activation activation, DateTimeOffset now) => new()
    {
        AccountId = activation.AccountId,
        LicenseId = activation.LicenseId,
        Id = Guid.CreateVersion7(now),
        ActivationId = activation.Id,
        ReleaseTime = now,
    };
}
