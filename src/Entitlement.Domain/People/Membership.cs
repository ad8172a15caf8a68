namespace Entitlement.Domain.People;

/// <summary>That a person belongs to an account. It grants nothing by itself: the account's policy and role assignments do.</summary>
public sealed class Membership
{
    private Membership()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid UserId { get; private init; }

    public DateTimeOffset CreateTime { get; private init; }

    public static Membership Begin(Guid account, Guid user, DateTimeOffset now) => new()
    {
        AccountId = account,
        UserId = user,
        CreateTime = now,
    };
}
