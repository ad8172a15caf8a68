using Entitlement.Domain.Names;
using Entitlement.Testing;
using Entitlement.V1;

namespace Entitlement.Server.Tests.Access.Answers;

public class DryRunTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_beforehand_what_each_change_then_does(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Partner);
        var bob = await town.AddUserAsync("Bob Ray", town.Partner);
        var desk = await town.AddGroupAsync(town.Partner, "Desk", bob);
        await town.AssignAsync(ann, "reporting", town.Customer);
        await town.AssignAsync(desk, "contact", town.Customer);
        var (_, client) = await town.AddCallerAsync(town.Partner, "administrator", town.Partner);
        string? assignment = null;

        AccessDraft Licensing(string subject) => new()
        {
            Assign = new() { Subject = subject, Role = "roles/licensing", Scope = town.CustomerName },
        };

        async Task CompareAsync(string who, Func<AccessDraft> draft, Func<Task> change)
        {
            var before = await PermissionsAsync(client, who, town.CustomerName);
            var request = new DryRunAccessChangeRequest { Draft = draft() };
            var told = (await client.DryRunAccessChangeAsync(request)).Effects;
            await change();
            var after = await PermissionsAsync(client, who, town.CustomerName);

            var effect = Assert.Single(told, effect => effect.Principal == who);
            Assert.Equal(town.CustomerName, effect.Scope);
            Assert.Equal(after.Except(before), effect.Gained);
            Assert.Equal(before.Except(after), effect.Lost);
            Assert.NotEqual(before, after);
        }

        await CompareAsync(
            ann,
            () => Licensing(ann),
            async () => assignment = await town.AssignAsync(ann, "licensing", town.Customer));
        await CompareAsync(
            ann, () => new AccessDraft { Unassign = assignment! }, () => town.UnassignAsync(assignment!));
        await CompareAsync(
            ann,
            () => new AccessDraft { Join = new() { Group = desk, Principal = ann } },
            () => town.JoinAsync(desk, ann));
        await CompareAsync(
            bob,
            () => Licensing(desk),
            async () => assignment = await town.AssignAsync(desk, "licensing", town.Customer));
        await CompareAsync(
            bob,
            () => new AccessDraft { Leave = new() { Group = desk, Principal = bob } },
            () => town.LeaveAsync(desk, bob));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Tells_nothing_of_what_the_caller_may_not_see(DatabaseKind database)
    {
        await using var town = await Town.OpenAsync(database);
        var ann = await town.AddUserAsync("Ann Lee", town.Vendor);
        var desk = await town.AddGroupAsync(town.Vendor, "Desk", ann);
        var assignment = await town.AssignAsync(desk, "licensing", town.Vendor);
        var (_, client) = await town.AddCallerAsync(town.Customer, "supervisor", town.Customer);
        var nowhere = $"{new AccountName(Guid.CreateVersion7())}";

        Task<string> TryAsync(AccessDraft draft) =>
            Town.ReasonAsync(client.DryRunAccessChangeAsync(new DryRunAccessChangeRequest { Draft = draft }));

        AccessDraft.Types.Assignment role = new()
        {
            Subject = ann,
            Role = "roles/licensing",
            Scope = town.CustomerName,
        };
        Assert.Equal("NOT_FOUND", await TryAsync(new AccessDraft { Unassign = assignment }));
        Assert.Equal("NOT_FOUND", await TryAsync(new AccessDraft { Join = new() { Group = desk, Principal = ann } }));
        Assert.Equal("NOT_FOUND", await TryAsync(new AccessDraft { Assign = new(role) { Subject = desk } }));
        Assert.Equal("NOT_FOUND", await TryAsync(new AccessDraft { Assign = new(role) { Scope = nowhere } }));
        Assert.Equal("NOT_FOUND", await TryAsync(new AccessDraft { Assign = new(role) { Role = "roles/unheard-of" } }));
        Assert.Equal("NOT_FOUND", await TryAsync(
            new AccessDraft { Assign = new(role) { Subject = $"users/{Guid.NewGuid()}" } }));
        Assert.Equal("PERMISSION_DENIED", await TryAsync(
            new AccessDraft { Assign = new(role) { Scope = $"{new AccountName(town.Vendor)}" } }));
        Assert.Equal("INVALID_ARGUMENT", await TryAsync(new AccessDraft()));
        Assert.Equal("INVALID_ARGUMENT", await TryAsync(
            new AccessDraft { Assign = new(role) { Scope = $"{town.CustomerName}/groups/{Guid.NewGuid()}" } }));
    }

    private static async Task<IReadOnlyList<Permission>> PermissionsAsync(
        AccessService.AccessServiceClient client, string principal, string resource) =>
        (await client.ListPermissionsAsync(
            new ListPermissionsRequest { Principal = principal, Resource = resource })).Permissions;
}
