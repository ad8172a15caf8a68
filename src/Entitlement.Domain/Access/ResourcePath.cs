using System.Diagnostics.CodeAnalysis;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Access;

/// <summary>
/// Where a resource hangs: read off its name alone, because names are hierarchical. Only what is above its account is not in it.
/// </summary>
public sealed record ResourcePath
{
    /// <summary>The whole installation.</summary>
    public static readonly ResourcePath System = new() { Scopes = [Scope.System] };

    /// <summary>Stands for every id of a collection, in the parent of a list: the scope is then what stands before.</summary>
    private const string Every = "-";

    private ResourcePath()
    {
    }

    /// <summary>
    /// The scopes that the name itself tells, the nearest first. Those above the account, and the system, come after them.
    /// </summary>
    public required IReadOnlyList<Scope> Scopes { get; init; }

    /// <summary>The resource name of the nearest scope; empty for the system.</summary>
    public string ScopeName { get; private init; } = "";

    /// <summary>The account that the resource is or belongs to; null when there is none.</summary>
    public Guid? AccountId { get; private init; }

    /// <summary>The person that the resource is; null for everything else.</summary>
    public Guid? UserId { get; private init; }

    /// <summary>The nearest scope.</summary>
    public Scope Scope => Scopes[0];

    /// <param name="name">A resource name, also of something that is no scope itself; empty for the installation.</param>
    /// <param name="path">What it tells.</param>
    /// <returns>Whether it is a resource name at all; whether there is such a resource is another question.</returns>
    public static bool TryParse(string name, [NotNullWhen(true)] out ResourcePath? path)
    {
        path = name.Length == 0 ? System : Read(name.Split('/'));
        return path is not null;
    }

    /// <summary>The target of a name of the commonest shapes, without making anything: it is done for each call.</summary>
    /// <returns>Whether it is of one: exactly an account, one of its licenses, or a product.</returns>
    public static bool TryReadTarget(ReadOnlySpan<char> name, out AccessTarget target)
    {
        target = default;
        if (TryReadId(name, "accounts/", out var account, out var rest))
        {
            if (rest.IsEmpty)
            {
                target = AccessTarget.Account(account);
                return true;
            }

            if (TryReadId(rest, "/licenses/", out var license, out rest) && rest.IsEmpty)
            {
                target = AccessTarget.License(account, license);
                return true;
            }

            return false;
        }

        if (TryReadId(name, "products/", out var product, out rest) && rest.IsEmpty)
        {
            target = AccessTarget.Product(product);
            return true;
        }

        return false;
    }

    private static bool TryReadId(
        ReadOnlySpan<char> name, ReadOnlySpan<char> collection, out Guid id, out ReadOnlySpan<char> rest)
    {
        var length = collection.Length + NamePattern.UuidLength;
        if (name.Length >= length
            && name.StartsWith(collection)
            && NamePattern.TryParseUuid(name[collection.Length..length], out id))
        {
            rest = name[length..];
            return true;
        }

        id = Guid.Empty;
        rest = default;
        return false;
    }

    private static ResourcePath? Read(string[] parts)
    {
        if (parts.Length % 2 != 0 || Array.Exists(parts, part => part.Length == 0))
        {
            return null;
        }

        return parts[0] switch
        {
            _ when parts[1] == Every => System,
            "accounts" => ReadScopes(parts),
            "products" => ReadScopes(parts),
            "users" => TryReadId(parts, 0, out var user) ? System with { UserId = user } : null,
            _ => System,
        };
    }

    private static ResourcePath? ReadScopes(string[] parts)
    {
        var scopes = new List<Scope>();
        ScopeKind? above = null;
        for (var i = 0; i < parts.Length && parts[i + 1] != Every && KindOf(above, parts[i]) is { } kind; i += 2)
        {
            if (!TryReadId(parts, i, out var id))
            {
                return null;
            }

            scopes.Insert(0, new Scope(kind, id));
            above = kind;
        }

        return new ResourcePath
        {
            Scopes = scopes,
            ScopeName = string.Join('/', parts.Take(scopes.Count * 2)),
            AccountId = scopes[^1].Kind == ScopeKind.Account ? scopes[^1].Id : null,
        };
    }

    /// <returns>Null for a collection whose members are no scopes.</returns>
    private static ScopeKind? KindOf(ScopeKind? above, string collection) => (above, collection) switch
    {
        (null, "accounts") => ScopeKind.Account,
        (null, "products") => ScopeKind.Product,
        (ScopeKind.Account, "licenses") => ScopeKind.License,
        (ScopeKind.Account, "projects") => ScopeKind.Project,
        (ScopeKind.Project, "waves") => ScopeKind.Wave,
        (ScopeKind.Wave, "batches") => ScopeKind.Batch,
        _ => null,
    };

    private static bool TryReadId(string[] parts, int place, out Guid id) => NamePattern.TryParseUuid(parts[place + 1], out id);
}
