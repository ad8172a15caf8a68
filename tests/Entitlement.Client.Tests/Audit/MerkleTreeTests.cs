using System.Security.Cryptography;
using Entitlement.Formats.Audit;
using FsCheck;
using FsCheck.Fluent;

namespace Entitlement.Client.Tests.Audit;

public sealed class MerkleTreeTests
{
    private const int LeafLength = 3;

    private static readonly Gen<byte[][]> Leaves =
        Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(LeafLength).ArrayOf().Where(leaves => leaves.Length > 0);

    [Fact]
    public void Is_the_tree_that_other_ways_to_build_it_give() =>
        Check(Leaves, leaves => RootOf(leaves).SequenceEqual(Stacked(leaves)));

    [Fact]
    public void Changes_with_every_leaf() => Check(
        Leaves.SelectMany(leaves => Gen.Choose(0, (leaves.Length * LeafLength) - 1), (leaves, at) => (leaves, at)),
        made =>
        {
            var other = made.leaves.Select(leaf => leaf.ToArray()).ToArray();
            other[made.at / LeafLength][made.at % LeafLength] ^= 1;
            return !RootOf(other).SequenceEqual(RootOf(made.leaves));
        });

    [Fact]
    public void Changes_when_the_last_leaf_is_taken_away_or_stands_twice() => Check(Leaves, leaves =>
        !RootOf([.. leaves, leaves[^1]]).SequenceEqual(RootOf(leaves))
        && !RootOf(leaves[..^1]).SequenceEqual(RootOf(leaves)));

    [Fact]
    public void Never_takes_a_node_for_a_leaf()
    {
        var (left, right) = (Leaf([1, 2, 3]), Leaf([4, 5, 6]));

        Assert.NotEqual(RootOf([[1, 2, 3], [4, 5, 6]]), MerkleTree.RootOf([.. left, .. right], left.Length + right.Length));
    }

    [Fact]
    public void Refuses_a_leaf_that_is_not_whole() =>
        Assert.Throws<ArgumentException>(() => MerkleTree.RootOf([1, 2, 3, 4], LeafLength));

    private static byte[] RootOf(byte[][] leaves) =>
        MerkleTree.RootOf(leaves.SelectMany(leaf => leaf).ToArray(), LeafLength);

    /// <summary>The way of RFC 9162 §2.1.2: whole subtrees on a stack, merged as soon as two are of one size.</summary>
    private static byte[] Stacked(byte[][] leaves)
    {
        var stack = new Stack<byte[]>();
        for (var i = 0; i < leaves.Length; i++)
        {
            stack.Push(Leaf(leaves[i]));
            for (var merged = i; (merged & 1) == 1; merged >>= 1)
            {
                Merge(stack);
            }
        }

        while (stack.Count > 1)
        {
            Merge(stack);
        }

        return stack.Pop();
    }

    private static void Merge(Stack<byte[]> stack)
    {
        var right = stack.Pop();
        stack.Push(SHA256.HashData([1, .. stack.Pop(), .. right]));
    }

    private static byte[] Leaf(byte[] leaf) => SHA256.HashData([0, .. leaf]);

    private static void Check<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
