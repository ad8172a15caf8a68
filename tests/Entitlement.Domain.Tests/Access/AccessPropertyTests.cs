using Entitlement.Domain.Access;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace Entitlement.Domain.Tests.Access;

public class AccessPropertyTests(ITestOutputHelper output)
{
    private const int MaxNumber = 10_000;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1";

    /// <summary>
    /// After each change one principal and one thing, at the end all of them, each with every permission.
    /// </summary>
    [Fact]
    public void Decides_like_the_rules_written_straight_on_the_rows_after_any_changes()
    {
        var decisions = 0;
        var allowed = 0;
        var worlds = IsLong ? 400 : 25;

        Prop.ForAll(Changes(), changes =>
        {
            var world = new World();
            foreach (var change in changes)
            {
                world.Apply(change);
                var principal = world.Principals[change.Second % world.Principals.Count];
                Compare(world, principal, world.Targets.Keys.ElementAt(change.Third % world.Targets.Count));
            }

            foreach (var principal in world.Principals)
            {
                foreach (var thing in world.Targets.Keys)
                {
                    Compare(world, principal, thing);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(worlds).WithEndSize(60));

        output.WriteLine($"{decisions:N0} decisions alike, {allowed:N0} of them allowed");
        Assert.InRange(decisions, IsLong ? 1_000_000 : 10_000, int.MaxValue);
        Assert.InRange(allowed, decisions / 100, decisions);

        void Compare(World world, Guid principal, Guid thing)
        {
            decisions += PermissionNames.Grantable.Count;
            allowed += CountAlike(world, principal, thing);
        }
    }

    /// <returns>How many are allowed.</returns>
    private static int CountAlike(World world, Guid principal, Guid thing)
    {
        var target = world.Targets[thing];
        var whole = world.View(principal, target, whole: true);
        var narrow = world.View(principal, target, whole: false);
        var expected = PermissionNames.Grantable
            .Where(permission => world.Rows.MayDo(principal, permission.ToName(), thing, world.Now))
            .ToList();

        Assert.Equal(expected, Allowed(whole));
        Assert.Equal(expected, Allowed(narrow));
        Assert.Equal(expected, whole.PermissionsOn(target, world.Now).ToList());
        AssertExplained(whole, target, world.Now);
        return expected.Count;

        List<Permission> Allowed(AccessView view) => [.. PermissionNames.Grantable
            .Where(permission => view.Decide(permission, target, world.Now).IsAllowed)];
    }

    /// <summary>What is told to give a permission does, and something is told wherever it is given.</summary>
    private static void AssertExplained(AccessView view, AccessTarget target, DateTimeOffset now)
    {
        foreach (var permission in new[] { Permission.LicenseRead, Permission.ProjectRead, Permission.ReportRead })
        {
            var told = view.Explain(permission, target, now);

            Assert.Equal(
                told.Decision.IsAllowed,
                view.Principal.IsEnabled && (told.Giving.Count > 0 || told.Policy is not null));
            Assert.All(told.Giving, one => Assert.True(one.Role!.Permissions.Contains(permission)));
            Assert.All(told.Giving, one => Assert.True(one.Grant.IsHeld(now)));
            Assert.DoesNotContain(told.Ended, one => one.Grant.IsHeld(now));
        }
    }

    private static Arbitrary<Change[]> Changes()
    {
        var number = Gen.Choose(0, MaxNumber);
        return number.Four()
            .Select(four => new Change(four.Item1, four.Item2, four.Item3, four.Item4))
            .ArrayOf()
            .ToArbitrary();
    }
}
