using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Formats.Audit;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Client.Audit;

/// <summary>How far a verification is.</summary>
/// <param name="Blocks">Blocks verified.</param>
/// <param name="LastBlock">Number of the last one; null when the service does not tell.</param>
/// <param name="Records">Records read.</param>
public readonly record struct AuditProgress(long Blocks, long? LastBlock, long Records);

/// <summary>
/// Verifies the audit trail of a service over its public API, without believing the service: nothing counts but what
/// signatures say whose keys a pinned root vouches for.
/// </summary>
/// <param name="service">A client whose calls carry credentials with <c>audit.read</c>.</param>
/// <param name="roots">The pinned root certificates.</param>
public sealed class AuditVerification(
    AuditService.AuditServiceClient service, IEnumerable<X509Certificate2> roots)
{
    /// <summary>
    /// So many activations without a record are looked for once more, one by one; others are told as they are.
    /// </summary>
    private const int MaxLookedForAgain = 100;

    /// <summary>Every block there is, and still less than what stands for none.</summary>
    private const long NoEnd = long.MaxValue - 1;

    private readonly AuditReport _report = new();
    private readonly IssuedGenerations _generations = new();

    /// <summary>
    /// Reads the whole trail. A trail of a million records takes some minutes and 100 bytes for each activation.
    /// </summary>
    /// <param name="saved">A head that was saved earlier; null for none.</param>
    /// <param name="progress">Told after each block; null for nobody.</param>
    /// <param name="cancellationToken">Ends it without a report.</param>
    public async Task<AuditReport> RunAsync(
        AuditHeadFile? saved, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(saved, cancellationToken);

        // Before the records: whatever is issued meanwhile is recorded by then.
        await foreach (var issued in AuditPages.Generations(service, cancellationToken))
        {
            _generations.Expect(issued);
        }

        _report.Activations = _generations.Count;
        using var chain = new AuditChain(roots, saved?.Head, _report);
        await CompareAsync(chain, head?.Number ?? NoEnd, progress, cancellationToken);
        CheckEnd(chain, head, saved?.Head);
        await LookAgainAsync(cancellationToken);
        return _report;
    }

    /// <returns>Null when the service has none.</returns>
    private async Task<AuditHeadClaims?> ReadHeadAsync(AuditHeadFile? saved, CancellationToken cancellationToken)
    {
        if (saved is not null)
        {
            RequireTrusted(saved, "saved head", "The saved head");
        }

        try
        {
            var answer = await service.GetAuditHeadAsync(new GetAuditHeadRequest(), cancellationToken: cancellationToken);
            var current = AuditHeadFile.Read(answer.Head.Content.Span);
            RequireTrusted(current, "head", "The head that the service gives");
            return current.Head;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            return null;
        }
    }

    private void RequireTrusted(AuditHeadFile file, string subject, string name)
    {
        using var seal = AuditSeal.Of(file.Certificate, roots, file.Head.IssueTime);
        if (seal is null || seal.KeyId != file.KeyId || !file.IsSignedBy(seal.Key))
        {
            _report.Add(AuditFault.HeadUntrusted, subject, $"{name} was not signed by a key for which a pinned root vouches.");
        }
    }

    /// <summary>Goes through blocks and records side by side: both come in the order of the trail.</summary>
    private async Task CompareAsync(
        AuditChain chain, long lastBlock, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        await using var records = new AuditRecordCursor(AuditPages.Records(service, cancellationToken), Count);
        await records.MoveNextAsync();
        await foreach (var block in AuditPages.Blocks(service, cancellationToken))
        {
            if (block.Number > lastBlock)
            {
                // Sealed since this began.
                break;
            }

            await PassOverAsync(records, block.Number, chain.Number);
            if (chain.Add(block) is { } entries)
            {
                await CompareAsync(records, block.Number, entries);
            }

            progress?.Report(new AuditProgress(chain.Number, lastBlock == NoEnd ? null : lastBlock, _report.SealedRecords));
        }

        await PassOverAsync(records, lastBlock + 1, chain.Number);
        await ReadRestAsync(records, lastBlock, cancellationToken);
    }

    /// <summary>
    /// Those that were sealed since, and those that wait, count for the generations alone; but their block must be.
    /// </summary>
    private async Task ReadRestAsync(AuditRecordCursor records, long lastBlock, CancellationToken cancellationToken)
    {
        for (; records.Current is { } record; await records.MoveNextAsync())
        {
            if (record.Block > lastBlock)
            {
                var answer = await service.GetAuditHeadAsync(new GetAuditHeadRequest(), cancellationToken: cancellationToken);
                lastBlock = answer.Head.Number;
            }

            if (record.Block > lastBlock)
            {
                new AuditRecordCheck(_report).TellInserted(record);
            }
        }
    }

    private async Task CompareAsync(AuditRecordCursor records, long block, AuditEntries entries)
    {
        var check = new AuditRecordCheck(_report);
        for (var i = 0; i < entries.Count; i++)
        {
            while (records.Current is { } other && records.IsBefore(block, entries.Id(i)))
            {
                check.TellInserted(other);
                await records.MoveNextAsync();
            }

            if (records.Current is { } record && records.IsAt(block, entries.Id(i)))
            {
                check.Compare(record, entries.Hash(i));
                check.CheckReason(record);
                await records.MoveNextAsync();
            }
            else
            {
                check.TellMissing(block, entries.Id(i));
            }
        }

        while (records.Current is { } rest && records.IsBefore(block + 1, Guid.Empty))
        {
            check.TellInserted(rest);
            await records.MoveNextAsync();
        }
    }

    /// <summary>
    /// Of a block that is missing nothing more is told of its records; a number that no block can have is.
    /// </summary>
    private async Task PassOverAsync(AuditRecordCursor records, long block, long lastBlock)
    {
        while (records.Current is { } record && records.IsBefore(block, Guid.Empty))
        {
            if (record.Block <= lastBlock)
            {
                new AuditRecordCheck(_report).TellInserted(record);
            }

            await records.MoveNextAsync();
        }
    }

    private void Count(AuditRecord record)
    {
        _generations.Add(record);
        if (record.Block > 0)
        {
            _report.SealedRecords++;
            return;
        }

        _report.UnsealedRecords++;
        if (record.Time?.ToDateTimeOffset() is { } time && !(_report.OldestUnsealed <= time))
        {
            _report.OldestUnsealed = time;
        }
    }

    private void CheckEnd(AuditChain chain, AuditHeadClaims? head, AuditHeadClaims? saved)
    {
        chain.TellMissing(Math.Max(head?.Number ?? 0, saved?.Number ?? 0) + 1);
        if (head is null)
        {
            _report.Add(AuditFault.HeadMissing, "head", "The service gives no head: it can't seal its trail.");
        }
        else if (chain.HasHash && chain.Number == head.Number && !head.Block.Span.SequenceEqual(chain.Hash.Span))
        {
            _report.Add(
                AuditFault.HeadContradicted,
                "head",
                string.Create(CultureInfo.InvariantCulture, $"Block {head.Number} is not the one that the service's head names."));
        }
    }

    /// <summary>
    /// Whoever turns pages while records are sealed may miss one that moves to a block already passed; so what seems to
    /// be missing is asked for by its name, before it is told.
    /// </summary>
    private async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        var suspects = _generations.Suspects.ToList();
        foreach (var suspect in suspects.Take(MaxLookedForAgain))
        {
            await foreach (var record in AuditPages.RecordsOf(service, suspect, cancellationToken))
            {
                _generations.Add(record);
            }
        }

        foreach (var activation in _generations.Suspects)
        {
            var generation = _generations.FirstUnrecorded(activation);
            _report.Add(
                AuditFault.GenerationUnrecorded,
                activation,
                string.Create(
                    CultureInfo.InvariantCulture, $"Generation {generation} of {activation} was issued and has no record."));
        }
    }
}
