using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary><c>users/{user}</c>.</summary>
public readonly record struct UserName(Guid UserId)
{
    public const string Format = "users/{user}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static UserName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["users"], out var ids) ? new(ids[0]) : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"users/{UserId}";
}

/// <summary><c>accounts/{account}/members/{user}</c>.</summary>
public readonly record struct MemberName(Guid AccountId, Guid UserId)
{
    public const string Format = "accounts/{account}/members/{user}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static MemberName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "members"], out var ids)
            ? new(ids[0], ids[1])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/members/{UserId}";
}

/// <summary><c>accounts/{account}/invitations/{invitation}</c>.</summary>
public readonly record struct InvitationName(bool IsOfProduct, Guid OwnerId, Guid InvitationId)
{
    public const string Format = "accounts/{account}/invitations/{invitation} or products/{product}/invitations/{invitation}";

    /// <summary>The account that invites; null where it is to a product.</summary>
    public Guid? AccountId => IsOfProduct ? null : OwnerId;

    /// <summary>Name of the account or product.</summary>
    public string Owner => IsOfProduct ? $"{new ProductName(OwnerId)}" : $"{new AccountName(OwnerId)}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static InvitationName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "invitations"], out var ids) ? new(IsOfProduct: false, ids[0], ids[1])
            : NamePattern.TryParse(text, ["products", "invitations"], out ids) ? new(IsOfProduct: true, ids[0], ids[1])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"{Owner}/invitations/{InvitationId}";
}

/// <summary><c>accounts/{account}/groups/{group}</c>, or <c>groups/{group}</c> for one of the system.</summary>
public readonly record struct GroupName(Guid? AccountId, Guid GroupId)
{
    public const string Format = "accounts/{account}/groups/{group} or groups/{group}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static GroupName Parse(string text, string field) =>
        NamePattern.TryParseOwned(text, "groups", out var account, out var id)
            ? new(account, id)
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => NamePattern.Owned(AccountId, "groups", GroupId);
}

/// <summary>
/// <c>accounts/{account}/serviceAccounts/{service_account}</c>, or <c>serviceAccounts/{service_account}</c> for one of the system.
/// </summary>
public readonly record struct ServiceAccountName(Guid? AccountId, Guid ServiceAccountId)
{
    public const string Format =
        "accounts/{account}/serviceAccounts/{service_account} or serviceAccounts/{service_account}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static ServiceAccountName Parse(string text, string field) =>
        NamePattern.TryParseOwned(text, "serviceAccounts", out var account, out var id)
            ? new(account, id)
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => NamePattern.Owned(AccountId, "serviceAccounts", ServiceAccountId);
}

/// <summary><c>roleAssignments/{role_assignment}</c>.</summary>
public readonly record struct RoleAssignmentName(Guid RoleAssignmentId)
{
    public const string Format = "roleAssignments/{role_assignment}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static RoleAssignmentName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["roleAssignments"], out var ids) ? new(ids[0]) : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"roleAssignments/{RoleAssignmentId}";
}

/// <summary><c>roles/{role}</c>, where the id is a word such as <c>license-admin</c>.</summary>
public readonly record struct RoleName(string RoleId)
{
    public const string Format = "roles/{role}";

    private const string Prefix = "roles/";

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: not of this format.</exception>
    public static RoleName Parse(string text, string field) =>
        text.StartsWith(Prefix, StringComparison.Ordinal)
            ? new(Text.RoleId(text[Prefix.Length..], field))
            : throw Refusal.InvalidArgument(field, $"must have the format {Format}");

    public override string ToString() => $"{Prefix}{RoleId}";
}
