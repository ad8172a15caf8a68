using System.Text.Json;
using Entitlement.Server.Tests.Audit;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Users;

public class ErasureTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Leaves_no_word_of_a_person_and_a_trail_that_verifies(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync();
        var account = license.Name[..license.Name.IndexOf("/licenses", StringComparison.Ordinal)];
        var users = new V1.UserService.UserServiceClient(trail.Host.Administrator);
        var licenses = new LicenseService.LicenseServiceClient(trail.Host.Administrator);
        var people = (await users.CreateUsersAsync(new CreateUsersRequest
        {
            Parent = account,
            Users = { Town.Person("Zoë Quartz", "zoe.quartz@example.com", "HR-1"), Town.Person("Bo") },
        })).Results;
        var zoe = people[0].User;
        foreach (var reason in new[] { "Zoë Quartz asked.", "See ZOE.QUARTZ@example.com", "Zoë Quartzite Ltd. asked.", "Unpaid." })
        {
            await licenses.SuspendLicenseAsync(new SuspendLicenseRequest { Name = license.Name, Reason = reason });
            await licenses.ReinstateLicenseAsync(new ReinstateLicenseRequest { Name = license.Name, Reason = "Paid." });
        }

        await trail.WriteAsync(ActOf(zoe.Name, "She had her grounds."));
        await users.RemoveMemberAsync(MemberTests.Remove(account, zoe));
        await users.RemoveMemberAsync(MemberTests.Remove(account, people[1].User));
        await trail.SealAsync();
        var head = await trail.SaveHeadAsync();

        var erased = (await users.EraseUserAsync(new EraseUserRequest { Name = zoe.Name, Reason = "Ticket 4711." })).User;
        await trail.SealAsync();

        Assert.Equal(("", "", "", "", false), (erased.DisplayName, erased.Email, erased.PhoneNumber, erased.ExternalRef, erased.IsEnabled));
        Assert.NotNull(erased.EraseTime);
        var kept = await trail.ReadAsync(db => db.AuditRecords
            .Where(record => record.Reason != null).Select(record => record.Reason!).ToListAsync());
        Assert.Equal(
            ["Left the company.", "Paid.", "Paid.", "Paid.", "Paid.", "Ticket 4711.", "Unpaid.", "Zoë Quartzite Ltd. asked."],
            kept.Order(StringComparer.Ordinal));
        Assert.Equal(0, await trail.ReadAsync(db => db.OutboxMessages.CountAsync(message => message.Name == "Zoë Quartz")));
        var report = await trail.VerifyAsync(head);
        Assert.Empty(report.Findings);
        Assert.True(report.IsWhole);
        Assert.Equal(0, report.UnsealedRecords);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Frees_the_address_and_takes_every_role_and_place(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var ann = (await town.AddAsync(account, Town.Person("Ann", reference: "HR-1")))[0].User;
        var other = await town.Shop.NewAccountAsync("Other");
        await town.AddAsync(other, Town.Person("Ann", ann.Email));
        await town.AssignAsync(ann.Name, "administrator", account);
        var group = (await town.Groups.CreateGroupAsync(
            new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Support" } })).Group;
        await town.Groups.AddGroupMemberAsync(new AddGroupMemberRequest { Name = group.Name, Member = ann.Name });
        var request = new EraseUserRequest { Name = ann.Name, Reason = "Ticket 4711." };

        var naming = await Shop.RefusedAsync(town.Users.EraseUserAsync(
            new EraseUserRequest { Name = ann.Name, Reason = "ann wants it." }));
        await town.Users.EraseUserAsync(request);
        await town.Users.EraseUserAsync(request);
        var anew = await town.AddAsync(account, Town.Person("Ann", reference: "HR-1"));

        Assert.Equal(("INVALID_ARGUMENT", "reason"), (naming.Reason(), naming.Info().Metadata["field"]));
        Assert.False(anew[0].Existed);
        Assert.NotEqual(ann.Name, anew[0].User.Name);
        Assert.Equal([anew[0].User.Name], (await town.MembersAsync(account)).Select(member => member.User));
        Assert.Empty((await town.Groups.ListGroupMembersAsync(new ListGroupMembersRequest { Parent = group.Name })).Members);
        Assert.Empty((await town.Users.ListInvitationsAsync(new ListInvitationsRequest { Parent = other })).Invitations);
        Assert.Equal(0, await town.ReadAsync(db => db.RoleAssignments.CountAsync(row => row.RoleId == "administrator")));
        Assert.Single(await town.ActionsAsync(), action => action == "user.erase");
        var gone = await Shop.RefusedAsync(town.Users.UpdateUserAsync(
            UserUpdateTests.Change(ann, new User { DisplayName = "Ann" }, "display_name")));
        Assert.Equal("NOT_FOUND", gone.Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Takes_out_all_that_is_kept_of_a_person(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var account = await town.Shop.NewAccountAsync();
        var people = await town.AddAsync(account, Town.Person("Zoë Quartz", "zoe.quartz@example.com", "HR-1"), Town.Person("Bo"));
        var zoe = people[0].User;
        await town.AddAsync(await town.Shop.NewAccountAsync("Other"), Town.Person("Zoë", zoe.Email));
        await town.AssignAsync(zoe.Name, "administrator", account);
        await town.AssignAsync(people[1].User.Name, "user", account);
        await town.Groups.AddGroupMemberAsync(new AddGroupMemberRequest
        {
            Name = (await town.Groups.CreateGroupAsync(
                new CreateGroupRequest { Parent = account, Group = new Group { DisplayName = "Support" } })).Group.Name,
            Member = zoe.Name,
        });

        var parts = new List<JsonElement>();
        using var call = town.Users.ExportUser(new ExportUserRequest { Name = zoe.Name });
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            parts.Add(JsonSerializer.Deserialize<JsonElement>(part.Json));
        }

        Assert.Equal(
            ["user", "membership", "invitation", "group", "role_assignment", "message", "message", "audit_record"],
            parts.Select(part => part.GetProperty("kind").GetString()));
        Assert.Equal("Zoë Quartz", parts[0].GetProperty("display_name").GetString());
        Assert.Equal("HR-1", parts[0].GetProperty("external_ref").GetString());
        Assert.Equal(account, parts[1].GetProperty("account").GetString());
        Assert.Equal("roles/administrator", parts[4].GetProperty("role").GetString());
        Assert.Equal("user.create", parts[^1].GetProperty("action").GetString());
    }

    private static Domain.Audit.AuditRecord ActOf(string actor, string reason)
    {
        var salt = Formats.Audit.AuditReasonCommitment.NewSalt();
        return Domain.Audit.AuditRecord.Create(
            accountId: null, actor, "license.suspend", "accounts/x", TimeProvider.System.GetUtcNow(), "{}",
            new Domain.Audit.AuditReason(reason, salt, Formats.Audit.AuditReasonCommitment.Of(salt, reason)));
    }
}
