using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Entitlement.Domain.Access;

namespace Entitlement.Server.Access.Cache.Shared;

/// <summary>
/// Snapshots as bytes. Key and version stand beside them, under the same seal. A change of this form raises
/// <see cref="Seal.Schema"/>.
/// </summary>
internal static class SnapshotCodec
{
    /// <summary>Bytes of a grant: three ids, its role's place in the list, and whether it has an end.</summary>
    private const int MinGrantLength = (3 * 16) + sizeof(long) + 1;

    /// <summary>Bytes of a role: four lengths and two counts.</summary>
    private const int MinRoleLength = 6 * sizeof(int);

    private const int SecretHashLength = 32;

    /// <summary>
    /// The permissions and built-in roles of this release. Roles are read with what a release knows of them, so
    /// releases that run side by side don't share them.
    /// </summary>
    private static readonly string Release = ReleaseOf(PermissionSet.All.ToNames(), BuiltInRoles.All.Select(role => role.Id));

    /// <param name="permissions">The names of the permissions that a release knows.</param>
    /// <param name="builtInRoles">The ids of the roles that come with it.</param>
    public static string ReleaseOf(IEnumerable<string> permissions, IEnumerable<string> builtInRoles) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{string.Join(' ', permissions)}|{string.Join(' ', builtInRoles)}"))[..8]);

    /// <summary>The name under which this release shares a snapshot.</summary>
    public static string NameOf(SnapshotKey key) => NameOf(key, Release);

    public static string NameOf(SnapshotKey key, string release) => key switch
    {
        { Kind: SnapshotKind.Roles } => $"{(int)key.Kind}:{release}",
        { Holder: var holder } when holder != Guid.Empty => $"{(int)key.Kind}:{key.Id:N}:{holder:N}",
        _ => $"{(int)key.Kind}:{key.Id:N}",
    };

    /// <returns>Null for one that is too large to be shared, or not worth it.</returns>
    public static ContentWriter? Write(Snapshot snapshot)
    {
        if (!snapshot.IsKept || snapshot.Size > 2 * Seal.MaxContent)
        {
            return null;
        }

        var content = new ContentWriter();
        switch (snapshot)
        {
            case PrincipalCopy { Principal: var principal }:
                WritePrincipal(content, principal);
                break;
            case AccountCopy account:
                WriteAccount(content, account);
                break;
            case GrantsCopy grants:
                content.Bool(grants.IsLarge);
                WriteGrants(content, grants.Grants);
                break;
            case RolesCopy { Roles: var roles }:
                content.List([.. roles.Roles.Values.Where(role => !role.IsBuiltIn)], role => WriteRole(content, role));
                break;
            case CredentialCopy { Credential: { } credential }:
                WriteCredential(content, credential);
                break;
        }

        return content.Length is > 0 and <= Seal.MaxContent ? content : null;
    }

    /// <param name="key">Under whose name it was found.</param>
    /// <param name="version">The version at which it was read.</param>
    /// <param name="content">What <see cref="Write"/> made of it.</param>
    /// <returns>Null when it is of another form.</returns>
    public static Snapshot? Read(SnapshotKey key, long version, ReadOnlySpan<byte> content)
    {
        var reader = new ContentReader(content);
        Snapshot snapshot = key.Kind switch
        {
            SnapshotKind.Principal => new PrincipalCopy(version, ReadPrincipal(ref reader, key.Id)),
            SnapshotKind.Account => ReadAccount(ref reader, key.Id, version),
            SnapshotKind.Roles => new RolesCopy(version, RoleBook.Create(ReadRoles(ref reader))),
            SnapshotKind.Credential => new CredentialCopy(key.Id, version, ReadCredential(ref reader)),
            SnapshotKind.Product or SnapshotKind.System
                or SnapshotKind.AccountShare or SnapshotKind.ProductShare or SnapshotKind.SystemShare =>
                ReadGrantsCopy(ref reader, key, version),
        };
        return reader.IsWhole ? snapshot : null;
    }

    private static void WritePrincipal(ContentWriter content, PrincipalSnapshot principal)
    {
        content.Byte((byte)principal.Kind);
        content.Bool(principal.IsEnabled);
        content.Bool(principal.IsOfSystem);
        content.MaybeGuid(principal.PrimaryAccountId);
        content.List(principal.GroupIds, content.Guid);
        content.List(principal.AccountIds, content.Guid);
        content.List(principal.Identities, content.Guid);
    }

    private static PrincipalSnapshot ReadPrincipal(ref ContentReader reader, Guid id) =>
        new(id, reader.Enum<PrincipalKind>())
        {
            IsEnabled = reader.Bool(),
            IsOfSystem = reader.Bool(),
            PrimaryAccountId = reader.MaybeGuid(),
            GroupIds = reader.Guids(),
            AccountIds = reader.Guids(),
            Identities = reader.Guids(),
        };

    private static void WriteAccount(ContentWriter content, AccountCopy copy)
    {
        content.Bool(copy.IsLarge);
        content.Bool(copy.Account is not null);
        if (copy.Account is { } account)
        {
            content.MaybeGuid(account.ParentId);
            content.Byte((byte)account.Policy);
            content.Bool(account.EverSupervised);
            WriteGrants(content, account.Grants);
        }
    }

    private static AccountCopy ReadAccount(ref ContentReader reader, Guid id, long version)
    {
        var isLarge = reader.Bool();
        var account = reader.Bool()
            ? new AccountSnapshot(
                id, reader.MaybeGuid(), reader.Enum<AccountPolicy>(), reader.Bool(), ReadGrants(ref reader))
            : null;
        return new AccountCopy(id, version, account, isLarge);
    }

    private static GrantsCopy ReadGrantsCopy(ref ContentReader reader, SnapshotKey key, long version)
    {
        var isLarge = reader.Bool();
        return new GrantsCopy(key, version, ReadGrants(ref reader), isLarge);
    }

    /// <summary>Few roles are held by many, so each role's id is written once.</summary>
    private static void WriteGrants(ContentWriter content, GrantIndex index)
    {
        var grants = index.Grants.ToArray();
        var roles = grants.Select(grant => grant.RoleId).Distinct().ToList();
        var places = roles.Select((role, place) => (role, place)).ToDictionary(pair => pair.role, pair => pair.place);
        content.List(roles, content.Text);
        content.List(grants, grant =>
        {
            content.Guid(grant.AssignmentId);
            content.Guid(grant.SubjectId);
            content.Guid(grant.ScopeId);
            content.Int64(places[grant.RoleId]);
            content.MaybeTime(grant.Until);
        });
    }

    private static GrantIndex ReadGrants(ref ContentReader reader)
    {
        var roles = reader.Texts();
        var grants = new Grant[reader.Count(MinGrantLength)];
        for (var i = 0; i < grants.Length; i++)
        {
            var (assignment, subject, scope) = (reader.Guid(), reader.Guid(), reader.Guid());
            grants[i] = new Grant(assignment, subject, reader.OneOf(roles, ""), scope, reader.MaybeTime());
        }

        return GrantIndex.Create(grants);
    }

    private static void WriteRole(ContentWriter content, RoleDefinition role)
    {
        content.Text(role.Id);
        content.Text(role.DisplayName);
        content.Text(role.Description);
        content.Text($"{role.Permissions}");
        content.List(role.Assigns, content.Text);
        content.List(role.ScopeKinds, kind => content.Byte((byte)kind));
    }

    private static RoleDefinition[] ReadRoles(ref ContentReader reader)
    {
        var roles = new RoleDefinition[reader.Count(MinRoleLength)];
        for (var i = 0; i < roles.Length; i++)
        {
            var (id, name, description, permissions) = (reader.Text(), reader.Text(), reader.Text(), reader.Text());
            var set = PermissionSet.FromNames(permissions.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);
            roles[i] = new RoleDefinition(id, name, description, set, reader.Texts(), ReadScopeKinds(ref reader));
        }

        // As in the table that they come from. What does not read to its end is thrown away, but must not fail before.
        return [.. roles.DistinctBy(role => role.Id)];
    }

    private static ImmutableArray<ScopeKind> ReadScopeKinds(ref ContentReader reader)
    {
        var kinds = new ScopeKind[reader.Count(itemLength: 1)];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = reader.Enum<ScopeKind>();
        }

        return [.. kinds];
    }

    private static void WriteCredential(ContentWriter content, Credential credential)
    {
        content.Byte((byte)credential.Kind);
        content.Guid(credential.PrincipalId);
        content.Bytes(credential.SecretHash.AsSpan());
        content.MaybeTime(credential.ExpireTime);
        content.MaybeTime(credential.EndTime);
        content.MaybeTime(credential.LastUseTime);
    }

    private static Credential ReadCredential(ref ContentReader reader) =>
        new(reader.Enum<TokenKind>(), reader.Guid(), reader.Bytes(SecretHashLength))
        {
            ExpireTime = reader.MaybeTime(),
            EndTime = reader.MaybeTime(),
            LastUseTime = reader.MaybeTime(),
        };
}
