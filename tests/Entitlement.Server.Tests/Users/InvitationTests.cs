using Entitlement.Testing;
using Entitlement.V1;

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

    private static async Task<IEnumerable<Invitation>> ListAsync(Town town, string parent) =>
        (await town.Users.ListInvitationsAsync(new ListInvitationsRequest { Parent = parent })).Invitations;
}
