using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.People;

/// <summary>
/// An account's wish to have somebody as a member who is known to the service already. The person decides; until then the
/// account learns nothing about the person.
/// </summary>
public sealed class Invitation
{
    /// <summary>How long the person has to decide.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private Invitation()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid Id { get; private init; }

    public Guid UserId { get; private init; }

    /// <summary>As the account wrote it, whatever address the person has since.</summary>
    public string Email { get; private init; } = "";

    public DateTimeOffset CreateTime { get; private init; }

    public DateTimeOffset ExpireTime { get; private init; }

    public InvitationName Name => new(AccountId, Id);

    /// <param name="account">The account that invites.</param>
    /// <param name="user">Who has the address.</param>
    /// <param name="email">As <see cref="EmailAddress"/> writes it.</param>
    /// <param name="now">When.</param>
    public static Invitation Send(Guid account, Guid user, string email, DateTimeOffset now) => new()
    {
        AccountId = account,
        Id = Guid.CreateVersion7(now),
        UserId = user,
        Email = email,
        CreateTime = now,
        ExpireTime = now + Lifetime,
    };

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvitationExpired"/>.</exception>
    public Membership Accept(DateTimeOffset now) => now < ExpireTime
        ? Membership.Begin(AccountId, UserId, now)
        : throw Refusal.InvitationExpired(Name, ExpireTime);
}
