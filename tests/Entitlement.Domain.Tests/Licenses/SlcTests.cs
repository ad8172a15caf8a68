using Entitlement.Domain.Errors;
using Entitlement.Domain.Licenses;
using FsCheck;
using FsCheck.Fluent;

namespace Entitlement.Domain.Tests.Licenses;

public class SlcTests
{
    private const string Alphabet = "34679ACEFGHJKMNPQRTVWXY";

    [Fact]
    public void A_new_code_has_five_groups_of_five_and_reads_back()
    {
        var slc = Slc.Random();

        Assert.Matches($"^([{Alphabet}]{{5}}-){{4}}[{Alphabet}]{{5}}$", slc.ToGroups());
        Assert.Equal(slc, Slc.Parse(slc.ToGroups()));
    }

    [Fact]
    public void Has_at_least_a_hundred_random_bits_beside_its_check_characters()
    {
        Assert.True((Slc.Length - 2) * Math.Log2(Alphabet.Length) >= 100);
    }

    [Fact]
    public void Every_character_of_the_alphabet_is_drawn_at_every_random_place_about_equally_often()
    {
        const int Draws = 23_000;
        var counts = new int[Slc.Length - 2, Alphabet.Length];
        for (var i = 0; i < Draws; i++)
        {
            var value = Slc.Random().Value;
            for (var place = 0; place < Slc.Length - 2; place++)
            {
                counts[place, Alphabet.IndexOf(value[place], StringComparison.Ordinal)]++;
            }
        }

        // 1,000 expected, standard deviation 31: eight of them away is not chance.
        Assert.All(counts.Cast<int>(), count => Assert.InRange(count, 750, 1_250));
    }

    [Theory]
    [InlineData("lower")]
    [InlineData("without dashes")]
    [InlineData("with spaces")]
    public void Reads_what_people_type(string variant)
    {
        var slc = Slc.Random();
        var typed = variant switch
        {
            "lower" => slc.ToGroups().ToLowerInvariant(),
            "without dashes" => slc.Value,
            _ => $"  {slc.ToGroups().Replace('-', ' ')} ",
        };

        Assert.Equal(slc, Slc.Parse(typed));
    }

    [Fact]
    public void Any_single_wrong_character_is_found()
    {
        var value = Slc.Random().Value;
        for (var place = 0; place < value.Length; place++)
        {
            foreach (var wrong in Alphabet.Where(character => character != value[place]))
            {
                AssertMistyped(value[..place] + wrong + value[(place + 1)..]);
            }
        }
    }

    [Fact]
    public void Any_swap_of_neighbours_is_found()
    {
        var codes = Gen.Choose(0, int.MaxValue).Select(_ => Slc.Random().Value);
        var places = Gen.Choose(0, Slc.Length - 2);
        var swaps = codes.Zip(places).Where(pair => pair.Item1[pair.Item2] != pair.Item1[pair.Item2 + 1]);

        Prop.ForAll(swaps.ToArbitrary(), swap =>
        {
            var characters = swap.Item1.ToCharArray();
            (characters[swap.Item2], characters[swap.Item2 + 1]) = (characters[swap.Item2 + 1], characters[swap.Item2]);
            AssertMistyped(new string(characters));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("")]
    [InlineData("34679")]
    [InlineData("ÄÖÜ")]
    [InlineData("0000000000000000000000000")]
    [InlineData("333333333333333333333333333333333333333333333333333333333")]
    public void Refuses_what_no_code_can_be(string text) => AssertMistyped(text);

    [Fact]
    public void Shows_only_its_ending_when_printed()
    {
        var slc = Slc.Random();

        Assert.Equal($"…{slc.Value[^4..]}", $"{slc}");
        Assert.DoesNotContain(slc.Value[..^4], Refusal.SlcUnknown(slc).Message, StringComparison.Ordinal);
    }

    private static void AssertMistyped(string text)
    {
        var refusal = Assert.Throws<EntitlementException>(() => Slc.Parse(text));
        Assert.Equal(FailureReason.SlcMistyped, refusal.Reason);
        Assert.Empty(refusal.Metadata);
    }
}
