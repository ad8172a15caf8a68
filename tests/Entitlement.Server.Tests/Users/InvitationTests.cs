using Entitlement.Testing;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Users;

public class InvitationTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Whoever_accepts_is_a_member_and_keeps_the_primary_account(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var (first, second) = (await town.Shop.NewAccountAsync("First"), await town.Shop.NewAccountAsync("Second"));
        var ann = await town.NewUserAsync(first);
        var invitation = (await town.AddAsync(second, Town.Person("Ann", ann.Email)))[0].Invitation;
        Assert.Equal([invitation], await ListAsync(town, ann.Name));
        Assert.Equal([invitation], await ListAsync(town, second));
        var request = new AcceptInvitationRequest { Name = invitation.Name, RequestId = $"{Guid.NewGuid()}" };

        var accepted = await town.Users.AcceptInvitationAsync(request);
        var again = await town.Users.AcceptInvitationAsync(request);

        Assert.Equal(accepted.User, again.User);
        Assert.Equal((first, 2), (accepted.User.PrimaryAccount, accepted.User.Accounts.Count));
        Assert.Equal([ann.Name], (await town.MembersAsync(second)).Select(member => member.User));
        Assert.False((await town.MembersAsync(second))[0].IsPrimary);
        Assert.Empty(await ListAsync(town, second));
        request.RequestId = "";
        Assert.Equal("NOT_FOUND", (await Shop.RefusedAsync(town.Users.AcceptInvitationAsync(request))).Reason());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Whoever_declines_can_be_asked_again(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync("First"));
        var account = await town.Shop.NewAccountAsync("Second");
        var invitation = (await town.AddAsync(account, Town.Person("Ann", ann.Email)))[0].Invitation;

        await town.Users.DeclineInvitationAsync(new DeclineInvitationRequest { Name = invitation.Name });
        var again = (await town.AddAsync(account, Town.Person("Ann", ann.Email)))[0];

        Assert.Empty(await town.MembersAsync(account));
        Assert.False(again.Existed);
        Assert.NotEqual(invitation.Name, again.Invitation.Name);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task An_invitation_can_be_accepted_up_to_its_end_and_is_sent_anew_after_it(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync("First"));
        var account = await town.Shop.NewAccountAsync("Second");
        var invitation = (await town.AddAsync(account, Town.Person("Ann", ann.Email)))[0].Invitation;
        town.Shop.Clock.Advance(TimeSpan.FromDays(30));

        var late = await Shop.RefusedAsync(
            town.Users.AcceptInvitationAsync(new AcceptInvitationRequest { Name = invitation.Name }));
        var anew = (await town.AddAsync(account, Town.Person("Ann", ann.Email)))[0];
        town.Shop.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        await town.Users.AcceptInvitationAsync(new AcceptInvitationRequest { Name = anew.Invitation.Name });

        Assert.Equal(("INVITATION_EXPIRED", false), (late.Reason(), anew.Existed));
        Assert.NotEqual(invitation.Name, anew.Invitation.Name);
        Assert.Single(await town.MembersAsync(account));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Whoever_is_invited_is_told_who_asks_and_how_to_accept(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.NewUserAsync(await town.Shop.NewAccountAsync("First"), "Ann Lee");
        var account = await town.Shop.NewAccountAsync("Second");

        var first = Assert.Single(await town.AddAsync(account, Town.Person("Guess", ann.Email)));
        await town.AddAsync(account, Town.Person("Guess", ann.Email));

        var message = Assert.Single(await ToldAsync(town));
        Assert.Equal((ann.Name, ann.Email, "Ann Lee"), ($"users/{message.PersonId}", message.Address, message.Name));
        var values = message.ReadValues();
        Assert.Equal(("Second", first.Invitation.Name), (values["account"], values["invitation"]));
        Assert.Equal(first.Invitation.ExpireTime.ToDateTime().ToString("yyyy-MM-dd HH:mm 'UTC'", null), values["invitation_end"]);
        Assert.DoesNotContain("Ann Lee", $"{first}", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task Invitations_that_are_withdrawn_and_sent_again_fill_no_mailbox(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var home = await town.Shop.NewAccountAsync("First");
        var (ann, bo) = (await town.NewUserAsync(home, "Ann Lee"), await town.NewUserAsync(home, "Bo Xu"));
        var account = await town.Shop.NewAccountAsync("Second");
        async Task InviteAsync(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var results = await town.AddAsync(account, Town.Person("Ann", ann.Email));
                await town.Users.DeclineInvitationAsync(new DeclineInvitationRequest { Name = results[0].Invitation.Name });
            }
        }

        await InviteAsync(7);
        Assert.Equal(5, (await ToldAsync(town)).Count);

        // A neighbour is told all the same, and she again the day after.
        await town.AddAsync(account, Town.Person("Bo", bo.Email));
        Assert.Equal(6, (await ToldAsync(town)).Count);
        town.Shop.Clock.Advance(TimeSpan.FromDays(1));
        await InviteAsync(1);
        Assert.Equal(7, (await ToldAsync(town)).Count);
    }

    private static Task<List<Domain.Notifications.OutboxMessage>> ToldAsync(Town town) => town.ReadAsync(db => db.OutboxMessages
        .Where(message => message.Kind == Domain.Notifications.MessageKind.Invitation)
        .ToListAsync());

    private static async Task<IEnumerable<Invitation>> ListAsync(Town town, string parent) =>
        (await town.Users.ListInvitationsAsync(new ListInvitationsRequest { Parent = parent })).Invitations;
}
