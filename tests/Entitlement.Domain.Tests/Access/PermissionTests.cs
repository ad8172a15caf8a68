using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Entitlement.Domain.Access;

namespace Entitlement.Domain.Tests.Access;

public partial class PermissionTests
{
    [Fact]
    public void Each_name_is_the_one_that_the_contract_describes()
    {
        var contract = CommentedValue().Matches(File.ReadAllText(ContractPath()))
            .Select(match => (int.Parse(match.Groups["number"].ValueSpan, provider: null), match.Groups["name"].Value))
            .ToList();

        Assert.Equal(contract, PermissionNames.Grantable.Select(permission => ((int)permission, permission.ToName())));
    }

    [Fact]
    public void Each_name_reads_back()
    {
        var all = PermissionSet.FromNames(PermissionSet.All.ToNames(), out var unknown);

        Assert.Equal(PermissionSet.All, all);
        Assert.Empty(unknown);
        Assert.False(PermissionNames.TryParse("none", out _));
    }

    [Fact]
    public void Names_the_first_that_is_no_permission_and_keeps_the_others()
    {
        var set = PermissionSet.FromNames(["license.read", "License.Read", "license.raed"], out var unknown);

        Assert.Equal(PermissionSet.Of(Permission.LicenseRead), set);
        Assert.Equal("License.Read", unknown);
    }

    [Fact]
    public void Holds_exactly_what_was_put_in_on_either_side_of_a_machine_word()
    {
        Permission[] some = [Permission.ProductRead, Permission.ReportRead, Permission.ProjectMigrate];

        var set = PermissionSet.Of(some);

        Assert.All(
            PermissionNames.Grantable,
            permission => Assert.Equal(some.Contains(permission), set.Contains(permission)));
        Assert.Equal(some, set.ToList());
        Assert.Equal(3, set.Count);
    }

    [Fact]
    public void What_changes_a_thing_brings_what_shows_it_at_any_depth()
    {
        var closed = PermissionSet.Of(Permission.ProductUpdate, Permission.LicenseAssign).Closed();

        Assert.Equal(
            "product.read product.update product.read_settings license.read license.assign user.read",
            closed.ToString());
    }

    [Fact]
    public void Nothing_that_is_closed_needs_anything_more()
    {
        Assert.All(PermissionNames.Grantable, permission =>
        {
            var closed = PermissionSet.Of(permission).Closed();
            Assert.All(closed.ToList(), one => Assert.True(closed.ContainsAll(PermissionDependencies.Of(one))));
        });
    }

    [Fact]
    public void Nobody_changes_what_they_may_not_see()
    {
        var kinds = PermissionNames.Grantable.ToLookup(permission => permission.ToName().Split('.')[0]);

        // Importing, reports and the appointment of supervisors have nothing of their own kind to see first.
        Assert.All(
            kinds.Where(kind => kind.Key != "report" && PermissionNames.TryParse($"{kind.Key}.read", out _)),
            kind => Assert.All(kind, permission => Assert.Contains(
                $"{kind.Key}.read", PermissionSet.Of(permission).Closed().ToNames())));
    }

    [GeneratedRegex(
        """// `(?<name>[a-z_.]+)`:[^=]*?PERMISSION_[A-Z_]+ = (?<number>\d+);""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CommentedValue();

    private static string ContractPath([CallerFilePath] string here = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(here)!, "../../../protos/entitlement/v1/authorization.proto"));
}
