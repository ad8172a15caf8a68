using System.Globalization;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;
using static Entitlement.Domain.Tests.Samples;

namespace Entitlement.Domain.Tests.Licenses;

public class LicenseTests
{
    [Fact]
    public void Revoking_again_keeps_the_first_time()
    {
        var (license, _) = NewLicense();

        Assert.True(license.Revoke(Now));
        Assert.False(license.Revoke(Now.AddHours(1)));

        Assert.Equal(Now, license.RevokeTime);
    }

    [Fact]
    public void Suspending_again_keeps_the_first_time()
    {
        var (license, _) = NewLicense();

        Assert.True(license.Suspend(Now));
        Assert.False(license.Suspend(Now.AddHours(1)));

        Assert.Equal(Now, license.SuspendTime);
    }

    [Fact]
    public void A_reinstated_license_is_in_force_again()
    {
        var (license, _) = NewLicense();
        license.Suspend(Now);

        license.Reinstate();

        Assert.Equal(LicenseState.Active, license.StateAt(Now));
        license.RequireInForce(Now);
    }

    [Fact]
    public void A_license_that_is_not_suspended_cannot_be_reinstated() =>
        AssertRefused(FailureReason.LicenseNotSuspended, () => NewLicense().License.Reinstate());

    [Fact]
    public void A_revoked_license_can_be_neither_suspended_nor_reinstated()
    {
        var (license, _) = NewLicense();
        license.Suspend(Now);
        license.Revoke(Now);

        AssertRefused(FailureReason.LicenseRevoked, () => license.Suspend(Now));
        AssertRefused(FailureReason.LicenseRevoked, license.Reinstate);
    }

    [Fact]
    public void Every_change_of_what_it_grants_raises_its_terms()
    {
        var (license, _) = NewLicense();
        var terms = new List<int> { license.Terms };

        license.Suspend(Now);
        terms.Add(license.Terms);
        license.Reinstate();
        terms.Add(license.Terms);
        license.Revoke(Now);
        terms.Add(license.Terms);

        Assert.Equal([0, 1, 2, 3], terms);
    }

    [Theory]
    [InlineData(false, false, false, LicenseState.Active)]
    [InlineData(true, false, false, LicenseState.Expired)]
    [InlineData(true, true, false, LicenseState.Suspended)]
    [InlineData(false, true, true, LicenseState.Revoked)]
    [InlineData(true, true, true, LicenseState.Revoked)]
    public void Tells_the_gravest_state(bool over, bool suspended, bool revoked, LicenseState expected)
    {
        var (license, _) = NewLicense(new LicenseTerms { EndTime = Now.AddDays(1) });
        _ = suspended && license.Suspend(Now);
        _ = revoked && license.Revoke(Now);
        var at = over ? Now.AddDays(1) : Now;

        Assert.Equal(expected, license.StateAt(at));
        var refusal = Record.Exception(() => license.RequireInForce(at)) as EntitlementException;
        Assert.Equal(
            expected switch
            {
                LicenseState.Active => null,
                LicenseState.Expired => FailureReason.LicenseExpired,
                LicenseState.Suspended => FailureReason.LicenseSuspended,
                LicenseState.Revoked => FailureReason.LicenseRevoked,
            },
            refusal?.Reason);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void Is_in_force_up_to_but_not_at_its_end(int secondsFromEnd, bool inForce)
    {
        var end = Now.AddYears(1);
        var (license, _) = NewLicense(new LicenseTerms { EndTime = end });

        var refusal = Record.Exception(() => license.RequireInForce(end.AddSeconds(secondsFromEnd)));

        Assert.Equal(inForce, refusal is null);
    }

    [Theory]
    [InlineData("2026-12-31", true)]
    [InlineData("2027-01-01", true)]
    [InlineData("2027-01-02", false)]
    public void Care_covers_builds_up_to_the_day_on_which_it_ends(string build, bool covered)
    {
        var (license, _) = NewLicense(new LicenseTerms { CareEndTime = new(2027, 1, 1, 10, 0, 0, TimeSpan.Zero) });

        var refusal = Record.Exception(() => license.RequireCovers(DateOnly.Parse(build, CultureInfo.InvariantCulture)));

        Assert.Equal(covered ? null : FailureReason.BuildNotCovered, (refusal as EntitlementException)?.Reason);
    }

    [Theory]
    [InlineData(null, false, 30)]
    [InlineData(90, false, 30)]
    [InlineData(10, false, 10)]
    [InlineData(90, true, 90)]
    [InlineData(null, true, null)]
    public void A_license_file_never_ends_after_the_license(int? licenseDays, bool perpetualOffline, int? fileDays)
    {
        var terms = new LicenseTerms
        {
            EndTime = licenseDays is { } days ? Now.AddDays(days) : null,
            PerpetualOffline = perpetualOffline,
        };

        var end = NewLicense(terms).License.FileEnd(Now, TimeSpan.FromDays(30));

        Assert.Equal(fileDays, (end - Now)?.Days);
    }

    [Fact]
    public void A_license_file_ends_at_a_whole_second_and_not_later()
    {
        var end = NewLicense().License.FileEnd(Now.AddMilliseconds(999), TimeSpan.FromDays(30));

        Assert.Equal(Now.AddDays(30), end);
    }

    public static TheoryData<string, LicenseTerms> BadTerms => new()
    {
        { "license.machine_limit", new LicenseTerms { MachineLimit = 0 } },
        { "license.machine_limit", new LicenseTerms { MachineLimit = 1_000_001 } },
        { "license.machine_match", new LicenseTerms { MachineMatch = 0 } },
        { "license.machine_match", new LicenseTerms { MachineMatch = 8 } },
        { "license.end_time", new LicenseTerms { EndTime = Now } },
        { "license.edition", new LicenseTerms { Edition = new string('x', 129) } },
        { "license.edition", new LicenseTerms { Edition = "a\tb" } },
        { "license.external_ref", new LicenseTerms { ExternalRef = "with space" } },
        { "license.external_ref", new LicenseTerms { ExternalRef = new string('x', 129) } },
        { "license.features[0].code", new LicenseTerms { Features = [new("", FeatureCount.Device, 1)] } },
        { "license.features[0].code", new LicenseTerms { Features = [new("ä", FeatureCount.Device, 1)] } },
        { "license.features[0].quantity", new LicenseTerms { Features = [new("a", FeatureCount.Device, 0)] } },
        { "license.features[0].quantity", new LicenseTerms { Features = [new("a", FeatureCount.Device, 1_000_001)] } },
        {
            "license.features[1].code",
            new LicenseTerms { Features = [new("a", FeatureCount.Device, 1), new("a", FeatureCount.License, 1)] }
        },
        {
            "license.features",
            new LicenseTerms { Features = [.. Enumerable.Range(0, 1_001).Select(i => new FeatureTerms($"f{i}", FeatureCount.Device, 1))] }
        },
    };

    [Theory]
    [MemberData(nameof(BadTerms))]
    public void Refuses_terms_that_break_a_rule_and_names_the_field(string field, LicenseTerms terms)
    {
        var refusal = Assert.Throws<EntitlementException>(() => NewLicense(terms));

        Assert.Equal(FailureReason.InvalidArgument, refusal.Reason);
        Assert.Equal(field, refusal.Metadata["field"]);
    }

    private static void AssertRefused(FailureReason reason, Action act) =>
        Assert.Equal(reason, Assert.Throws<EntitlementException>(act).Reason);

    /// <summary>Of every property that there is, so that none that is added later is forgotten.</summary>
    [Fact]
    public void A_license_that_moves_is_the_same_but_for_its_account_and_the_number_of_its_terms()
    {
        var license = NewLicense(new LicenseTerms
        {
            Edition = "pro",
            ActivationMode = ActivationMode.Approval,
            MachineLimit = 7,
            MachineOverage = 2,
            MachineMatch = 3,
            ReleaseLimit = 4,
            EndTime = Now.AddDays(9),
            CareEndTime = Now.AddDays(8),
            PerpetualOffline = true,
            ExternalRef = "SO-1",
            TrialDuration = TimeSpan.FromDays(6),
            AwaitsConfiguration = true,
        }).License;
        license.Suspend(Now);
        license.ExpectMachines();
        foreach (var (counter, count) in new[]
        {
            (nameof(License.MachinesHeld), 5), (nameof(License.SoldMachines), 9), (nameof(License.MachineExcess), 1),
        })
        {
            typeof(License).GetProperty(counter)!.SetValue(license, count);
        }

        var properties = typeof(License).GetProperties().Where(property => property.SetMethod is not null).ToList();
        Assert.All(
            properties.Where(property => property.Name != nameof(License.RevokeTime)),
            property => Assert.NotEqual(DefaultOf(property.PropertyType), property.GetValue(license)));

        var moved = license.MoveTo(new AccountName(Guid.NewGuid()));

        Assert.Equal(
            [nameof(License.AccountId), nameof(License.Terms)],
            properties.Where(property => !Equals(property.GetValue(license), property.GetValue(moved))).Select(property => property.Name));
        Assert.Equal(license.Terms + 1, moved.Terms);
    }

    [Fact]
    public void A_license_moves_neither_to_the_account_that_holds_it_nor_once_it_is_revoked()
    {
        var license = NewLicense().License;

        var same = Assert.Throws<EntitlementException>(() => license.MoveTo(Account));
        license.Revoke(Now);
        var revoked = Assert.Throws<EntitlementException>(() => license.MoveTo(new AccountName(Guid.NewGuid())));

        Assert.Equal((FailureReason.InvalidArgument, "account"), (same.Reason, same.Metadata["field"]));
        Assert.Equal(FailureReason.LicenseRevoked, revoked.Reason);
    }

    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
}
