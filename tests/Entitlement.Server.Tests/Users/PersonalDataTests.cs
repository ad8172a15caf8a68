using System.Text.Json;
using Entitlement.Server.Tests.SignIn;
using Entitlement.Storage;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Entitlement.Server.Tests.Users;

/// <summary>Which tables name people, and that each of them is exported and erased or is told here, with the reason.</summary>
public class PersonalDataTests
{
    private static readonly string[] NamesOfIds = ["UserId", "PersonId", "PrincipalId", "SubjectId", "MemberId"];

    private const string OfTrail = "the id alone, which the trail keeps";

    /// <summary>As which kind an export shows the rows of a table.</summary>
    private static readonly Dictionary<string, string> Exported = new(StringComparer.Ordinal)
    {
        ["Users"] = "user",
        ["Memberships"] = "membership",
        ["Invitations"] = "invitation",
        ["GroupMembers"] = "group",
        ["RoleAssignments"] = "role_assignment",
        ["PasswordCredentials"] = "password",
        ["PasswordLinks"] = "password_link",
        ["SignInFailures"] = "sign_in_failures",
        ["ExternalIdentities"] = "external_identity",
        ["Sessions"] = "session",
        ["OutboxMessages"] = "message",
        ["IdempotencyRecords"] = "remembered_call",
        ["AuditRecords"] = "audit_record",
    };

    /// <summary>Why an export leaves out a table that names people.</summary>
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["EmailEntries"] = "the user's own address once more",
        ["IssuingStops"] = "the same act is in the trail",
        ["Accounts"] = "whom an account names as its contact is the account's word, and need not be a user",
    };

    /// <summary>Why a table still names somebody who was erased.</summary>
    private static readonly Dictionary<string, string> Kept = new(StringComparer.Ordinal)
    {
        ["AuditRecords"] = OfTrail,
        ["IssuingStops"] = OfTrail,
        ["IdempotencyRecords"] = "the id alone, and for 30 days",
    };

    [Fact]
    public async Task Each_table_that_names_a_person_is_exported_or_told_why_not()
    {
        await using var portal = await Portal.OpenAsync();

        var naming = await portal.ReadAsync(db => Task.FromResult(
            TablesOf(db).Where(table => ColumnsOf(table).Count > 0).Select(table => table.GetTableName()!).ToList()));

        Assert.Equal(
            naming.Append("Users").Append("SignInFailures").Distinct().Order(StringComparer.Ordinal),
            Exported.Keys.Concat(LeftOut.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Exports_all_of_it_without_secrets_and_erases_it()
    {
        await using var portal = await Portal.OpenAsync(
            ("OpenIdConnect:Issuer", "https://id.example.com"), ("OpenIdConnect:Audience", "entitlement"));
        var (ann, session) = await LiveAsync(portal);
        var users = new UserService.UserServiceClient(portal.Host.Administrator);

        var parts = new List<JsonElement>();
        using (var call = users.ExportUser(new ExportUserRequest { Name = $"users/{ann}" }))
        {
            await foreach (var part in call.ResponseStream.ReadAllAsync())
            {
                parts.Add(JsonSerializer.Deserialize<JsonElement>(part.Json));
            }
        }

        Assert.Equal(
            Exported.Values.Order(StringComparer.Ordinal),
            parts.Select(part => part.GetProperty("kind").GetString()!).Distinct().Order(StringComparer.Ordinal));
        var text = string.Join('\n', parts);
        Assert.Contains("sub-4711", text, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Split('_')[2], text, StringComparison.Ordinal);
        foreach (var secret in await portal.ReadAsync(db => db.PasswordCredentials.Select(row => row.Hash).ToListAsync()))
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        await users.EraseUserAsync(new EraseUserRequest { Name = $"users/{ann}", Reason = "Ticket 4711." });

        Assert.Empty((await portal.ReadAsync(db => ListNamingAsync(db, ann))).Except(Kept.Keys, StringComparer.Ordinal));
        Assert.Equal(0, await portal.ReadAsync(db => db.SignInFailures.CountAsync(row => row.Id == ann)));
    }

    /// <summary>Does all that leaves something behind.</summary>
    private static async Task<(Guid Person, string Session)> LiveAsync(Portal portal)
    {
        var (account, other) = (await portal.NewAccountAsync(), await portal.NewAccountAsync());
        var (users, groups) = (
            new UserService.UserServiceClient(portal.Host.Administrator), new GroupService.GroupServiceClient(portal.Host.Administrator));
        var ann = await portal.AddWithPasswordAsync();
        var name = $"users/{ann}";
        await portal.JoinAsync(account, ann);
        await portal.AssignAsync(Domain.Access.PrincipalKind.User, ann, "user", $"{account}");
        await portal.SignInRefusedAsync(password: "wrong password");
        var session = (await portal.SignInAsync()).Token;
        await portal.NewLinkAsync(ann);
        await users.CreateUsersAsync(new CreateUsersRequest { Parent = $"{other}", Users = { Town.Person("Ann", "ann@example.com") } });
        await users.LinkIdentityAsync(new LinkIdentityRequest { Name = name, Subject = "sub-4711" });
        var group = await groups.CreateGroupAsync(
            new CreateGroupRequest { Parent = $"{account}", Group = new Group { DisplayName = "Support" } });
        await groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group.Group.Name, Member = name });
        await new UserService.UserServiceClient(portal.Host.Connect(session)).UpdateUserAsync(new UpdateUserRequest
        {
            Name = name,
            User = new User { PhoneNumber = "+44 20 7946 0000" },
            UpdateMask = new FieldMask { Paths = { "phone_number" } },
            RequestId = $"{Guid.NewGuid()}",
        });
        return (ann, session);
    }

    private static IEnumerable<IEntityType> TablesOf(EntitlementDbContext db) => db.Model.GetEntityTypes();

    /// <summary>The columns that say who: by an id, by a name as in the trail, or by an address.</summary>
    private static List<IProperty> ColumnsOf(IEntityType table) =>
    [
        .. table.GetFlattenedProperties().Where(column =>
            column.Name is "Actor" or "InvitedBy" or "Caller" or "Email" or "ContactEmail" or "Address"
            || NamesOfIds.Any(end => column.Name.EndsWith(end, StringComparison.Ordinal))),
    ];

    private static async Task<List<string>> ListNamingAsync(EntitlementDbContext db, Guid person)
    {
        var naming = new List<string>();
        foreach (var table in TablesOf(db))
        {
            foreach (var column in ColumnsOf(table).Where(column => column.DeclaringType == table))
            {
                var count = (Task<int>)typeof(PersonalDataTests)
                    .GetMethod(nameof(CountAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                    .MakeGenericMethod(table.ClrType)
                    .Invoke(obj: null, [db, column, person])!;
                if (await count > 0)
                {
                    naming.Add(table.GetTableName()!);
                }
            }
        }

        return naming;
    }

    private static Task<int> CountAsync<T>(EntitlementDbContext db, IProperty column, Guid person)
        where T : class
    {
        var (name, actor) = (column.Name, $"users/{person}");
        return column.ClrType == typeof(string)
            ? db.Set<T>().CountAsync(row => EF.Property<string>(row, name) == actor || EF.Property<string>(row, name) == "ann@example.com")
            : column.ClrType == typeof(Guid?)
                ? db.Set<T>().CountAsync(row => EF.Property<Guid?>(row, name) == person)
                : db.Set<T>().CountAsync(row => EF.Property<Guid>(row, name) == person);
    }
}
