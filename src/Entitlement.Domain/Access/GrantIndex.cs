using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Entitlement.Domain.Access;

/// <summary>
/// Grants by holder and scope, never changed once it is made. A look-up costs the same with ten or a million of them
/// and allocates nothing; a grant costs its own 64 bytes and 4 to 8 of the table.
/// </summary>
public sealed class GrantIndex
{
    /// <summary>
    /// Imported ids are chosen by others; without a secret they could be chosen to fall into one slot and make each
    /// look-up slow.
    /// </summary>
    private static readonly ulong Seed = MemoryMarshal.Read<ulong>(Guid.NewGuid().ToByteArray()) | 1;

    /// <summary>
    /// In the order of their slots, so that those of one holder and scope lie within a few neighbours.
    /// </summary>
    private readonly Grant[] _grants;

    /// <summary>Where each slot begins in <see cref="_grants"/>; one more entry ends the last.</summary>
    private readonly int[] _starts;

    private GrantIndex(Grant[] grants, int[] starts)
    {
        _grants = grants;
        _starts = starts;
    }

    public static GrantIndex Empty { get; } = Create([]);

    public int Count => _grants.Length;

    /// <summary>All of them, in no particular order.</summary>
    public ReadOnlySpan<Grant> Grants => _grants;

    public static GrantIndex Create(IReadOnlyCollection<Grant> grants)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(grants.Count, 1));
        var starts = new int[slots + 1];
        foreach (var grant in grants)
        {
            starts[Slot(grant.SubjectId, grant.ScopeId, slots) + 1]++;
        }

        for (var slot = 0; slot < slots; slot++)
        {
            starts[slot + 1] += starts[slot];
        }

        var next = starts.AsSpan(0, slots).ToArray();
        var placed = new Grant[grants.Count];
        foreach (var grant in grants)
        {
            placed[next[Slot(grant.SubjectId, grant.ScopeId, slots)]++] = grant;
        }

        return new GrantIndex(placed, starts);
    }

    /// <summary>What the subject holds on exactly this scope, also what has ended.</summary>
    public Matches Find(Guid subjectId, Guid scopeId)
    {
        var slot = Slot(subjectId, scopeId, _starts.Length - 1);
        return new Matches(_grants.AsSpan(_starts[slot].._starts[slot + 1]), subjectId, scopeId);
    }

    private static int Slot(Guid subject, Guid scope, int slots)
    {
        var left = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in subject));
        var right = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in scope));
        var hash = Mix(Mix(Mix(Mix(Seed, left[0]), left[1]), right[0]), right[1]);
        return (int)(hash & (uint)(slots - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, ulong word)
    {
        var high = Math.BigMul(hash ^ word, 0x9E37_79B9_7F4A_7C15, out var low);
        return (high ^ low) + Seed;
    }

    /// <summary>The grants of one holder on one scope.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "Only foreach sees it, and it is nothing without the index.")]
    public ref struct Matches
    {
        private readonly ReadOnlySpan<Grant> _slot;
        private readonly Guid _subject;
        private readonly Guid _scope;
        private int _position = -1;

        internal Matches(ReadOnlySpan<Grant> slot, Guid subject, Guid scope)
        {
            _slot = slot;
            _subject = subject;
            _scope = scope;
        }

        public readonly ref readonly Grant Current => ref _slot[_position];

        public readonly Matches GetEnumerator() => this;

        public bool MoveNext()
        {
            while (++_position < _slot.Length)
            {
                ref readonly var grant = ref _slot[_position];
                if (grant.ScopeId == _scope && grant.SubjectId == _subject)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
