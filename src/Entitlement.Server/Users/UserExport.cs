using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Users;

/// <summary>All that the service keeps of a person, as JSON objects.</summary>
internal sealed class UserExport(EntitlementDbContext db)
{
    /// <summary>Keeps letters of all languages as they are; nothing here becomes part of a page.</summary>
    private static readonly ExportJson Json =
        new(new JsonSerializerOptions(ExportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <exception cref="EntitlementException">There is no such person.</exception>
    public async IAsyncEnumerable<string> ListAsync(
        UserName name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleOrDefaultAsync(user => user.Id == name.UserId, cancellationToken)
            ?? throw Refusal.NotFound($"{name}");
        yield return Write(new ExportedUser(
            $"{name}", user.DisplayName, user.Email, user.PhoneNumber, user.ExternalRef, $"{user.Scope}", user.IsEnabled,
            user.IsDefaultAdministrator, Messages.NameOf(user.PrimaryAccountId), user.CreateTime, user.EraseTime));

        await foreach (var row in db.Memberships.Where(row => row.UserId == user.Id).AsAsyncEnumerable())
        {
            yield return Write(new ExportedMembership(Messages.NameOf(row.AccountId), row.CreateTime));
        }

        await foreach (var row in db.Invitations.Where(row => row.UserId == user.Id).AsAsyncEnumerable())
        {
            yield return Write(new ExportedInvitation($"{row.Name}", row.Email, row.CreateTime, row.ExpireTime));
        }

        var belongings = await Belongings.OfAsync(db, user.Id, cancellationToken);
        foreach (var (place, group) in belongings.Groups)
        {
            yield return Write(new ExportedGroup($"{group.Name}", group.DisplayName, place.CreateTime));
        }

        foreach (var row in belongings.Roles)
        {
            yield return Write(new ExportedRole(
                $"{row.Name}", $"{new RoleName(row.RoleId)}", row.ScopeName, row.CreateTime, row.ExpireTime));
        }

        var (actor, member) = ($"{name}", $"/members/{user.Id}");
        await foreach (var row in db.AuditRecords
            .Where(row => row.Actor == actor || row.Resource == actor || row.Resource.EndsWith(member))
            .AsAsyncEnumerable()
            .WithCancellation(cancellationToken))
        {
            yield return Write(new ExportedAct(row.Time, row.Actor, row.Action, row.Resource, row.Reason));
        }
    }

    private static string Write(Exported part) => JsonSerializer.Serialize(part, Json.Exported);
}

/// <summary>One part of what is kept of a person.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ExportedUser), "user")]
[JsonDerivedType(typeof(ExportedMembership), "membership")]
[JsonDerivedType(typeof(ExportedInvitation), "invitation")]
[JsonDerivedType(typeof(ExportedGroup), "group")]
[JsonDerivedType(typeof(ExportedRole), "role_assignment")]
[JsonDerivedType(typeof(ExportedAct), "audit_record")]
internal abstract record Exported;

internal sealed record ExportedUser(
    string Name, string DisplayName, string? Email, string? PhoneNumber, string? ExternalRef, string Scope, bool IsEnabled,
    bool IsDefaultAdministrator, string PrimaryAccount, DateTimeOffset CreateTime, DateTimeOffset? EraseTime) : Exported;

internal sealed record ExportedMembership(string Account, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedInvitation(
    string Name, string Email, DateTimeOffset CreateTime, DateTimeOffset ExpireTime) : Exported;

internal sealed record ExportedGroup(string Name, string DisplayName, DateTimeOffset CreateTime) : Exported;

internal sealed record ExportedRole(
    string Name, string Role, string Scope, DateTimeOffset CreateTime, DateTimeOffset? ExpireTime) : Exported;

internal sealed record ExportedAct(
    DateTimeOffset Time, string Actor, string Action, string Resource, string? Reason) : Exported;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Exported))]
internal sealed partial class ExportJson : JsonSerializerContext;
