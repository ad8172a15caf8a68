using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Net.Client;
using Microsoft.EntityFrameworkCore;
using Assignments = Entitlement.V1.RoleAssignmentService.RoleAssignmentServiceClient;
using MessageKind = Entitlement.Domain.Notifications.MessageKind;
using UserService = Entitlement.V1.UserService;

namespace Entitlement.Server.Tests.Users;

/// <summary>People who are invited to one product.</summary>
public class ProductInvitationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Who_is_new_holds_the_roles_at_once_and_who_is_known_once_they_agree(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var product = await town.Shop.NewProductAsync();
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync(), "Ann Lee");
        var (_, channel) = await town.NewCallerAsync("", "product-administrator", product);
        var request = Ask(product, "Bo Xu", "bo@example.com", "campaign-viewer", "quota-viewer");
        request.RequestId = $"{Guid.NewGuid()}";

        var fresh = await new UserService.UserServiceClient(channel).InviteToProductAsync(request);
        var repeated = await new UserService.UserServiceClient(channel).InviteToProductAsync(request);
        var known = await new UserService.UserServiceClient(channel).InviteToProductAsync(
            Ask(product, "Guess", "ANN.LEE@example.com", "quota-viewer"));

        Assert.Equal(("Bo Xu", 0, false), (fresh.User.DisplayName, fresh.User.Accounts.Count, fresh.Existed));
        Assert.Equal((fresh.User, true), (repeated.User, repeated.Existed));
        Assert.DoesNotContain(ann.Name[6..], $"{known}", StringComparison.Ordinal);
        Assert.DoesNotContain("Ann Lee", $"{known}", StringComparison.Ordinal);
        Assert.Equal(["roles/quota-viewer"], known.Invitation.Roles);
        Assert.Equal([(fresh.User.Name, "roles/campaign-viewer"), (fresh.User.Name, "roles/quota-viewer")], await HeldAsync(channel, product));
        Assert.Equal(
            [MessageKind.Welcome, MessageKind.ProductInvitation],
            await town.ReadAsync(db => db.OutboxMessages
                .Where(message => message.Address == "bo@example.com" || message.Kind == MessageKind.ProductInvitation)
                .OrderBy(message => message.Kind).Select(message => message.Kind).ToListAsync()));

        var own = new UserService.UserServiceClient(await town.SignInAsync(ann));
        Assert.Equal([known.Invitation], (await own.ListInvitationsAsync(new ListInvitationsRequest { Parent = ann.Name })).Invitations);
        await own.AcceptInvitationAsync(new AcceptInvitationRequest { Name = known.Invitation.Name });

        Assert.Contains((ann.Name, "roles/quota-viewer"), await HeldAsync(channel, product));
        var again = await new UserService.UserServiceClient(channel).InviteToProductAsync(
            Ask(product, "Guess", "ann.lee@example.com", "developer"));
        Assert.Equal((ann.Name, true), (again.User.Name, again.Existed));
        Assert.Equal(3, (await HeldAsync(channel, product)).Count);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Nobody_invites_to_what_they_may_not_give(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (product, other) = (await town.Shop.NewProductAsync(), await town.Shop.NewProductAsync("other"));
        var (_, channel) = await town.NewCallerAsync("", "product-administrator", product);
        var users = new UserService.UserServiceClient(channel);

        (string Title, string Reason, InviteToProductRequest Request)[] cases =
        [
            ("a role of accounts", "ROLE_NOT_ASSIGNABLE", Ask(product, "Bo", "bo@example.com", "administrator")),
            ("one good and one bad", "ROLE_NOT_ASSIGNABLE", Ask(product, "Bo", "bo@example.com", "developer", "astronaut")),
            ("another product", "NOT_FOUND", Ask(other, "Bo", "bo@example.com", "developer")),
            ("no product", "NOT_FOUND", Ask($"products/{Guid.NewGuid()}", "Bo", "bo@example.com", "developer")),
            ("no role", "INVALID_ARGUMENT", Ask(product, "Bo", "bo@example.com")),
            ("no address", "INVALID_ARGUMENT", Ask(product, "Bo", "bo", "developer")),
            ("no name", "INVALID_ARGUMENT", Ask(product, "B\u200bo", "bo@example.com", "developer")),
        ];
        foreach (var (title, reason, request) in cases)
        {
            Assert.Equal((title, reason), (title, (await Shop.RefusedAsync(users.InviteToProductAsync(request))).Reason()));
        }

        Assert.Equal(0, await town.ReadAsync(db => db.Users.CountAsync()));
        Assert.Equal(0, await town.ReadAsync(db => db.Invitations.CountAsync()));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task What_somebody_promised_who_was_dismissed_since_is_worth_nothing(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var product = await town.Shop.NewProductAsync();
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync(), "Ann Lee");
        var (inviter, channel) = await town.NewCallerAsync("", "product-administrator", product);
        var sent = await new UserService.UserServiceClient(channel).InviteToProductAsync(
            Ask(product, "Ann", ann.Email, "developer"));
        await new Assignments(town.Shop.Host.Administrator).SetRolesAsync(new SetRolesRequest { Scope = product, Principal = inviter });

        var refusal = await Shop.RefusedAsync(new UserService.UserServiceClient(await town.SignInAsync(ann))
            .AcceptInvitationAsync(new AcceptInvitationRequest { Name = sent.Invitation.Name }));

        Assert.Equal("INVITATION_VOID", refusal.Reason());
        var id = Guid.Parse(ann.Name[6..]);
        Assert.Equal(0, await town.ReadAsync(db => db.RoleAssignments.CountAsync(one => one.SubjectId == id)));
    }

    private static InviteToProductRequest Ask(string product, string name, string email, params string[] roles) => new()
    {
        Name = product,
        User = new User { DisplayName = name, Email = email },
        Roles = { roles.Select(role => $"roles/{role}") },
    };

    /// <summary>What people hold on the product; who administers it is left out.</summary>
    private static async Task<List<(string, string)>> HeldAsync(GrpcChannel channel, string product) =>
    [
        .. (await new Assignments(channel).ListRoleAssignmentsAsync(new ListRoleAssignmentsRequest { Scope = product })).RoleAssignments
            .Where(one => one.Role != "roles/product-administrator")
            .Select(one => (one.Principal, one.Role))
            .Order(),
    ];
}
