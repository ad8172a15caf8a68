using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Entitlement.Domain.Access;

/// <summary>
/// Grants by holder and scope, never changed once it is made. A look-up costs the same with ten or a million of them
/// and allocates nothing; a grant costs its own 64 bytes and 5 to 10 of the tables.
/// </summary>
public sealed class GrantIndex
{
    /// <summary>
    /// Imported ids are chosen by others; without a secret they could be chosen to fall into one slot and make each
    /// look-up slow.
    /// </summary>
    private static readonly ulong[] Secret =
        MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(6 * sizeof(ulong))).ToArray();

    /// <summary>
    /// In the order of their slots, so that those of one holder and scope lie within a few neighbours.
    /// </summary>
    private readonly Grant[] _grants;

    /// <summary>Where each slot begins in <see cref="_grants"/>; one more entry ends the last.</summary>
    private readonly int[] _starts;

    /// <summary>
    /// Which of eight kinds of hash are in each slot. Most look-ups find nothing, and this small table, which stays in
    /// the processor's cache, ends them.
    /// </summary>
    private readonly byte[] _kinds;

    private GrantIndex(Grant[] grants, int[] starts, byte[] kinds)
    {
        _grants = grants;
        _starts = starts;
        _kinds = kinds;
    }

    public static GrantIndex Empty { get; } = Create([]);

    public int Count => _grants.Length;

    /// <summary>All of them, in no particular order.</summary>
    public ReadOnlySpan<Grant> Grants => _grants;

    public static GrantIndex Create(IReadOnlyCollection<Grant> grants)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(grants.Count, 1));
        var starts = new int[slots + 1];
        var kinds = new byte[slots];
        foreach (var grant in grants)
        {
            var hash = Hash(grant.SubjectId, grant.ScopeId);
            starts[Slot(hash, slots) + 1]++;
            kinds[Slot(hash, slots)] |= Kind(hash);
        }

        for (var slot = 0; slot < slots; slot++)
        {
            starts[slot + 1] += starts[slot];
        }

        var next = starts.AsSpan(0, slots).ToArray();
        var placed = new Grant[grants.Count];
        foreach (var grant in grants)
        {
            placed[next[Slot(Hash(grant.SubjectId, grant.ScopeId), slots)]++] = grant;
        }

        return new GrantIndex(placed, starts, kinds);
    }

    /// <summary>What the subject holds on exactly this scope, also what has ended.</summary>
    public Matches Find(Guid subjectId, Guid scopeId)
    {
        var hash = Hash(subjectId, scopeId);
        var slot = Slot(hash, _kinds.Length);
        return (_kinds[slot] & Kind(hash)) == 0
            ? default
            : new Matches(_grants.AsSpan(_starts[slot].._starts[slot + 1]), subjectId, scopeId);
    }

    private static int Slot(ulong hash, int slots) => (int)(hash & (uint)(slots - 1));

    private static byte Kind(ulong hash) => (byte)(1 << (int)(hash >> 61));

    private static ulong Hash(Guid subject, Guid scope)
    {
        var left = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in subject));
        var right = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in scope));
        var secret = Secret;
        return Fold(
            Fold(left[0] ^ secret[0], left[1] ^ secret[1]) ^ secret[4],
            Fold(right[0] ^ secret[2], right[1] ^ secret[3]) ^ secret[5]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    /// <summary>The grants of one holder on one scope.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "Only foreach sees it, and it is nothing without the index.")]
    public ref struct Matches
    {
        private readonly ReadOnlySpan<Grant> _slot;
        private readonly Guid _subject;
        private readonly Guid _scope;
        private int _next;

        internal Matches(ReadOnlySpan<Grant> slot, Guid subject, Guid scope)
        {
            _slot = slot;
            _subject = subject;
            _scope = scope;
        }

        public readonly ref readonly Grant Current => ref _slot[_next - 1];

        public readonly Matches GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next < _slot.Length)
            {
                ref readonly var grant = ref _slot[_next++];
                if (grant.ScopeId == _scope && grant.SubjectId == _subject)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
