using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

public sealed class MachineComponentsTests
{
    [Fact]
    public void Hashes_the_documented_value_to_the_documented_text() => Assert.Equal(
        "T_7b_juAohXZi2qA0VIUdbgcD1u3OigZBUVvu4aIg7I",
        MachineComponents.Hash("demo", MachineComponentKind.Mac, "00:1b:21:aa:bb:cc"));

    [Theory]
    [InlineData("demo", "a", "demoa", "")]
    [InlineData("de", "mo", "dem", "o")]
    public void Never_hashes_two_products_values_alike(string product, string value, string otherProduct,
        string otherValue) =>
        Assert.NotEqual(
            MachineComponents.Hash(product, MachineComponentKind.Os, value),
            MachineComponents.Hash(otherProduct, MachineComponentKind.Os, otherValue));

    [Fact]
    public void Counts_a_kind_as_matching_when_one_hash_is_common()
    {
        var changed = MachineComponents.Create(
        [
            (MachineComponentKind.Disk, MachineComponents.Hash("demo", MachineComponentKind.Disk, "disk-2")),
            (MachineComponentKind.Disk, MachineComponents.Hash("demo", MachineComponentKind.Disk, "disk-3")),
            (MachineComponentKind.Mac, MachineComponents.Hash("demo", MachineComponentKind.Mac, "00:1b:21:00:00:01")),
            (MachineComponentKind.Os, MachineComponents.Hash("demo", MachineComponentKind.Os, "another")),
        ]);

        Assert.Equal(1, Samples.Components.CountMatches(changed));
        Assert.Equal(4, Samples.Components.CountMatches(Samples.Components));
    }

    [Fact]
    public void Keeps_sixteen_hashes_of_a_kind_sorted_and_none_twice()
    {
        var hashes = Enumerable.Range(0, 40)
            .Select(number => (MachineComponentKind.Mac,
                MachineComponents.Hash("demo", MachineComponentKind.Mac, $"{number % 20}")));

        var kept = MachineComponents.Create(hashes)[MachineComponentKind.Mac];

        Assert.Equal(16, kept.Length);
        Assert.Equal(kept.Distinct().Order(StringComparer.Ordinal), kept);
    }

    [Fact]
    public void Needs_at_least_one_component() => Assert.Throws<ArgumentException>(() => MachineComponents.Create([]));

    [Theory]
    [InlineData("2026-11-22", true)]
    [InlineData("2026-11-23", false)]
    [InlineData("2020-01-01", true)]
    public void Covers_the_builds_up_to_the_day_on_which_care_ends(string buildDate, bool isCovered) => Assert.Equal(
        isCovered,
        LicenseClaims.Covers(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero),
            DateOnly.Parse(buildDate, System.Globalization.CultureInfo.InvariantCulture)));
}
