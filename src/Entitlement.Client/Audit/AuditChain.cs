using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats;
using Entitlement.Formats.Audit;
using Entitlement.V1;

namespace Entitlement.Client.Audit;

/// <summary>Follows the blocks from the first one: each signed, and each naming the one before.</summary>
internal sealed class AuditChain(IEnumerable<X509Certificate2> roots, AuditHeadClaims? saved, AuditReport report) : IDisposable
{
    private AuditSeal? _seal;
    private long _total;

    /// <summary>Whether the block before could be read, so that the next can be compared with it.</summary>
    private bool _isBroken;

    /// <summary>Number of the last block that was there; 0 before the first.</summary>
    public long Number { get; private set; }

    /// <summary>What the next block must name.</summary>
    public ReadOnlyMemory<byte> Hash { get; private set; } = AuditBlockClaims.NoHash;

    /// <summary>Whether <see cref="Hash"/> is that of <see cref="Number"/>.</summary>
    public bool HasHash => !_isBroken;

    /// <summary>Judges the next block, whatever number it claims.</summary>
    /// <returns>Its records; null when their list can't be read at all.</returns>
    public AuditEntries? Add(AuditBlock message)
    {
        TellMissing(message.Number);
        Number = message.Number;
        report.Blocks++;
        var entries = ReadEntries(message);
        if (ReadBlock(message) is { } file)
        {
            CheckPlace(file.Block);
            CheckEntries(file.Block, entries);
            (Hash, _isBroken, _total) = (file.ContentHash, false, file.Block.Total);
            CheckSaved();
        }
        else
        {
            _isBroken = true;
        }

        return entries;
    }

    /// <summary>Tells of each block between the last one and this number.</summary>
    public void TellMissing(long before)
    {
        var (first, last) = (Number + 1, before - 1);
        if (first > last)
        {
            return;
        }

        var subject = first == last ? Name(first) : string.Create(CultureInfo.InvariantCulture, $"blocks {first} to {last}");
        report.Add(AuditFault.BlockMissing, subject, $"{subject} missing.");
        _isBroken = true;
    }

    public void Dispose() => _seal?.Dispose();

    private static string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"block {number}");

    private AuditBlockFile? ReadBlock(AuditBlock message)
    {
        AuditBlockFile file;
        try
        {
            file = AuditBlockFile.Read(message.Content.Span);
        }
        catch (FileFormatException refusal)
        {
            Tell(AuditFault.BlockAltered, $"can't be read: {refusal.Message}");
            return null;
        }

        if (file.Certificate is { } certificate)
        {
            _seal?.Dispose();
            _seal = AuditSeal.Of(certificate, roots, file.Block.SealTime);
        }

        if (_seal is not { } seal || seal.KeyId != file.KeyId || !seal.IsValidAt(file.Block.SealTime))
        {
            Tell(AuditFault.BlockUntrusted, $"was signed by the key {file.KeyId}, for which no pinned root vouches.");
        }
        else if (!file.IsSignedBy(seal.Key))
        {
            Tell(AuditFault.BlockAltered, "is not what was signed.");
        }

        return file;
    }

    private void CheckPlace(AuditBlockClaims block)
    {
        if (block.Number != Number)
        {
            Tell(AuditFault.BlockAltered, string.Create(CultureInfo.InvariantCulture, $"says that it is block {block.Number}."));
        }
        else if (!_isBroken && (!block.Previous.Span.SequenceEqual(Hash.Span) || block.Total != _total + block.Count))
        {
            Tell(AuditFault.ChainBroken, "does not follow the block before it: one of the two was replaced.");
        }
    }

    private AuditEntries? ReadEntries(AuditBlock message)
    {
        try
        {
            return AuditEntries.Read(message.Entries.ToByteArray());
        }
        catch (FileFormatException refusal)
        {
            Tell(AuditFault.EntriesAltered, $"has a list of records that can't be read: {refusal.Message}");
            return null;
        }
    }

    private void CheckEntries(AuditBlockClaims block, AuditEntries? entries)
    {
        if (entries is not null
            && (entries.Count != block.Count || !entries.Root().AsSpan().SequenceEqual(block.Root.Span)))
        {
            Tell(AuditFault.EntriesAltered, "has another list of records than was sealed.");
        }
    }

    private void CheckSaved()
    {
        if (saved is not null && saved.Number == Number && !saved.Block.Span.SequenceEqual(Hash.Span))
        {
            Tell(AuditFault.HeadContradicted, "is not the one that the saved head names: the trail was replaced.");
        }
    }

    private void Tell(AuditFault fault, string predicate) =>
        report.Add(fault, Name(Number), $"{Name(Number)} {predicate}");
}
