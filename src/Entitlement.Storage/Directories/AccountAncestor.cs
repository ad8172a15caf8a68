namespace Entitlement.Storage.Directories;

/// <summary>
/// That an account stands below another one, or is it: the tree of accounts once more, so that everything below an account is
/// one range of an index, and a list is filtered by its query.
/// </summary>
public sealed class AccountAncestor
{
    private AccountAncestor()
    {
    }

    public Guid AccountId { get; private init; }

    public Guid AncestorId { get; private init; }

    /// <summary>How many steps up: 0 for the account itself.</summary>
    public int Distance { get; private init; }

    public static AccountAncestor Of(Guid account, Guid ancestor, int distance) => new()
    {
        AccountId = account,
        AncestorId = ancestor,
        Distance = distance,
    };
}
