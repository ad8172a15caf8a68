using System.Buffers;
using System.Collections.Frozen;

namespace Entitlement.Domain.Access;

/// <summary>
/// All roles as they stand at one moment: the built-in ones and those that were made here. Never changed.
/// </summary>
public sealed class RoleBook
{
    public const int MaxRoleIdLength = 63;

    private static readonly SearchValues<char> RoleIdCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>What no policy opens, whatever roles it names: see <see cref="AccountPolicy"/>.</summary>
    private static readonly PermissionSet Management = PermissionSet.Of(
        Permission.AccountCreate, Permission.AccountMove, Permission.AccountSetPolicy,
        Permission.UserCreate, Permission.UserUpdate, Permission.UserRemove, Permission.UserErase,
        Permission.GroupManage, Permission.ServiceAccountManage,
        Permission.AccessManage, Permission.RoleManage, Permission.SupervisorAppoint);

    private readonly FrozenDictionary<string, RoleDefinition> _roles;

    private RoleBook(FrozenDictionary<string, RoleDefinition> roles) => _roles = roles;

    /// <summary>The built-in roles alone.</summary>
    public static RoleBook BuiltIn { get; } = Create([]);

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, RoleDefinition> Roles => _roles;

    /// <param name="custom">
    /// Those made here. One that has the id of a built-in role is left out: what comes with the service wins.
    /// </param>
    public static RoleBook Create(IEnumerable<RoleDefinition> custom) => new(BuiltInRoles.All
        .Concat(custom.Where(role => !BuiltInRoles.All.Any(builtIn => builtIn.Id == role.Id)))
        .ToFrozenDictionary(role => role.Id, StringComparer.Ordinal));

    /// <summary>1 to 63 characters from <c>[a-z0-9-]</c>, the first a letter.</summary>
    public static bool IsRoleId(string text) =>
        text.Length is >= 1 and <= MaxRoleIdLength
        && char.IsAsciiLetterLower(text[0])
        && !text.AsSpan().ContainsAnyExcept(RoleIdCharacters);

    /// <returns>Null for a role that is not, or no longer, known; it grants nothing.</returns>
    public RoleDefinition? Find(string roleId) => _roles.GetValueOrDefault(roleId);

    /// <summary>What a member has without any assignment.</summary>
    /// <param name="policy">The account's.</param>
    /// <param name="everSupervised">Whether the account has, or ever had, a supervisor.</param>
    public static PermissionSet PermissionsOf(AccountPolicy policy, bool everSupervised) =>
        (policy, everSupervised) switch
        {
            (AccountPolicy.GrantsOnly, _) => Policies.GrantsOnly,
            (AccountPolicy.OpenUntilSupervised, false) => Policies.OpenBefore,
            (AccountPolicy.OpenUntilSupervised, true) => Policies.OpenAfter,
        };

    private static PermissionSet Reckon(AccountPolicy policy, bool everSupervised) => BuiltInRoles
        .GivenBy(policy, everSupervised)
        .Aggregate(PermissionSet.Empty, (set, role) => set | BuiltIn.Roles[role].Permissions)
        .Except(Management);

    /// <summary>Reckoned once; apart, because it needs the built-in book.</summary>
    private static class Policies
    {
        public static readonly PermissionSet GrantsOnly = Reckon(AccountPolicy.GrantsOnly, false);
        public static readonly PermissionSet OpenBefore = Reckon(AccountPolicy.OpenUntilSupervised, false);
        public static readonly PermissionSet OpenAfter = Reckon(AccountPolicy.OpenUntilSupervised, true);
    }
}
