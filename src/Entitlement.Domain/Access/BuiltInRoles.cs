using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entitlement.Domain.Access;

/// <summary>
/// The roles and policies that come with the service: data alone, in <c>built-in-roles.json</c>. No line of code
/// decides by the name of one.
/// </summary>
public static class BuiltInRoles
{
    private const string FileName = "built-in-roles.json";
    private const string AllPermissions = "*";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters =
        {
            new JsonStringEnumConverter<ScopeKind>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false),
        },
    };

    private static readonly RoleFile File = ReadFile();

    /// <summary>In the order in which people should see them.</summary>
    public static ImmutableArray<RoleDefinition> All { get; } = [.. File.Roles.Select(ToDefinition)];

    /// <summary>What everybody may do to their own person.</summary>
    public static PermissionSet OwnPerson { get; } = Read(File.OwnPerson).Closed();

    /// <summary>Ids of the roles whose permissions a member has by the policy alone.</summary>
    /// <param name="policy">The account's.</param>
    /// <param name="everSupervised">Whether the account has, or ever had, a supervisor.</param>
    public static IReadOnlyList<string> GivenBy(AccountPolicy policy, bool everSupervised)
    {
        var given = policy switch
        {
            AccountPolicy.GrantsOnly => File.Policies["GRANTS_ONLY"],
            AccountPolicy.OpenUntilSupervised => File.Policies["OPEN_UNTIL_SUPERVISED"],
        };
        return everSupervised ? given.Always : [.. given.Always, .. given.UntilSupervised];
    }

    private static RoleDefinition ToDefinition(RoleEntry entry) => new(
        entry.Id,
        entry.DisplayName,
        entry.Description,
        entry.Permissions is [AllPermissions] ? PermissionSet.All : Read(entry.Permissions).Closed(),
        entry.Assigns,
        entry.Scopes)
    {
        IsBuiltIn = true,
        Successor = entry.Successor,
        Supervises = entry.Supervises,
        AdministersSystem = entry.AdministersSystem,
        SystemUsersOnly = entry.SystemUsersOnly,
        NamedInRefusals = entry.NamedInRefusals,
    };

    private static PermissionSet Read(ImmutableArray<string> names)
    {
        var set = PermissionSet.FromNames(names, out var unknown);
        return unknown.Length == 0
            ? set
            : throw new InvalidOperationException($"{FileName}: there is no permission {unknown}.");
    }

    private static RoleFile ReadFile()
    {
        using var stream = typeof(BuiltInRoles).Assembly.GetManifestResourceStream(typeof(BuiltInRoles), FileName)!;
        return JsonSerializer.Deserialize<RoleFile>(stream, Json)!;
    }

    private sealed record RoleFile(
        ImmutableDictionary<string, PolicyEntry> Policies,
        ImmutableArray<string> OwnPerson,
        ImmutableArray<RoleEntry> Roles);

    private sealed record PolicyEntry(ImmutableArray<string> Always, ImmutableArray<string> UntilSupervised);

    private sealed record RoleEntry(
        string Id,
        string DisplayName,
        string Description,
        ImmutableArray<ScopeKind> Scopes,
        ImmutableArray<string> Permissions,
        ImmutableArray<string> Assigns,
        string? Successor = null,
        bool Supervises = false,
        bool AdministersSystem = false,
        bool SystemUsersOnly = false,
        bool NamedInRefusals = true);
}
