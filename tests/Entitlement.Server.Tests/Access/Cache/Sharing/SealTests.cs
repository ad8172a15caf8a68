using System.Security.Cryptography;
using System.Text;
using Entitlement.Server.Access.Cache.Shared;

namespace Entitlement.Server.Tests.Access.Cache.Sharing;

public class SealTests
{
    private const string Name = "entitlement:access:1:2:0198c0ffee";
    private const long Version = 0x0102_0304_0506_0708;

    private static readonly CacheKey Key = NewKey();
    private static readonly CacheKeyRing Keys = new([NewKey(), Key]);
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("what stood in the database");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Seal.MaxContent)]
    public void Gives_back_what_was_sealed(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);

        var state = Seal.Open(Keys, Name, Seal.Close(Key, Name, Version, content), out var version, out var opened);

        Assert.Equal((SealState.Intact, Version), (state, version));
        Assert.Equal(content, opened);
    }

    [Fact]
    public void Takes_no_value_of_which_a_bit_is_another()
    {
        var value = Seal.Close(Key, Name, Version, Content);
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            var altered = value.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));

            AssertRefused(Seal.Open(Keys, Name, altered, out var version, out var content), version, content);
        }
    }

    [Fact]
    public void Takes_no_value_that_is_cut_short_or_goes_on()
    {
        var value = Seal.Close(Key, Name, Version, Content);
        for (var length = 0; length < value.Length; length++)
        {
            var cut = Seal.Open(Keys, Name, value.AsMemory(0, length), out var version, out var content);
            AssertRefused(cut, version, content);
            if (length > 0)
            {
                var tail = Seal.Open(Keys, Name, value.AsMemory(length), out version, out content);
                AssertRefused(tail, version, content);
            }
        }

        AssertRefused(Seal.Open(Keys, Name, (byte[])[.. value, 0], out var last, out var rest), last, rest);
    }

    [Fact]
    public void Takes_no_value_under_another_name()
    {
        var value = Seal.Close(Key, Name, Version, Content);

        foreach (var other in (string[])["", Name + "0", Name[..^1], Name.Replace(":2:", ":3:", StringComparison.Ordinal)])
        {
            Assert.Equal(SealState.Broken, Seal.Open(Keys, other, value, out _, out _));
        }
    }

    [Fact]
    public void Tells_a_key_that_it_does_not_know_from_a_value_that_was_altered()
    {
        var value = Seal.Close(NewKey(), Name, Version, Content);

        Assert.Equal(SealState.UnknownKey, Seal.Open(Keys, Name, value, out _, out _));
    }

    [Fact]
    public void Takes_nothing_that_names_a_known_key_and_was_sealed_by_another()
    {
        var forged = Seal.Close(Key with { Secret = RandomNumberGenerator.GetBytes(32) }, Name, Version, Content);

        Assert.Equal(SealState.Broken, Seal.Open(Keys, Name, forged, out _, out _));
    }

    [Fact]
    public void Takes_no_value_above_the_limit()
    {
        var value = Seal.Close(Key, Name, Version, new byte[Seal.MaxContent + 1]);

        Assert.Equal(SealState.Broken, Seal.Open(Keys, Name, value, out _, out _));
    }

    [Fact]
    public void Prints_a_key_without_its_secret() => Assert.Equal($"{Key.Id}", $"{Key}");

    private static CacheKey NewKey() => new(Guid.CreateVersion7(), RandomNumberGenerator.GetBytes(32));

    private static void AssertRefused(SealState state, long version, ReadOnlyMemory<byte> content)
    {
        Assert.NotEqual(SealState.Intact, state);
        Assert.Equal((0, 0), (version, content.Length));
    }
}
