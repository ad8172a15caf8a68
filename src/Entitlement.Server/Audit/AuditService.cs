using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Formats;
using Entitlement.Formats.Audit;
using Entitlement.Server.Paging;
using Entitlement.Server.Signing;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Audit;

internal sealed class AuditService(
    AuditReader reader, EntitlementDbContext db, AuditKeys keys, IOptions<LicenseFileOptions> files, TimeProvider clock)
    : V1.AuditService.AuditServiceBase
{
    private const string AllAccounts = "accounts/-";

    public override async Task<ListAuditRecordsResponse> ListAuditRecords(ListAuditRecordsRequest request, ServerCallContext context)
    {
        // A token belongs to the very list that it was given for, filters included.
        var list = new ListAuditRecordsRequest(request) { PageSize = 0, PageToken = "" };
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"auditRecords {list}", AuditReader.RecordPosition);
        var filter = AuditFilter.Of(request);
        var (records, next) = request.Parent == AllAccounts
            ? await reader.ListAllRecordsAsync(filter, page, context.CancellationToken)
            : await reader.ListRecordsAsync(AccountName.Parse(request.Parent, "parent"), filter, page, context.CancellationToken);
        return new ListAuditRecordsResponse { Records = { records.Select(record => record.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<ListAuditBlocksResponse> ListAuditBlocks(ListAuditBlocksRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, "auditBlocks", AuditReader.BlockPosition);
        var (blocks, next) = await reader.ListBlocksAsync(page, context.CancellationToken);
        return new ListAuditBlocksResponse { Blocks = { blocks.Select(block => block.ToMessage()) }, NextPageToken = next };
    }

    public override async Task<ListIssuedGenerationsResponse> ListIssuedGenerations(
        ListIssuedGenerationsRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, "issuedGenerations", AuditReader.ActivationPosition);
        var (rows, next) = await reader.ListGenerationsAsync(page, context.CancellationToken);
        var generations = rows.Select(row => new IssuedGeneration { Activation = $"{row.Name}", Generation = row.Generation });
        return new ListIssuedGenerationsResponse { Generations = { generations }, NextPageToken = next };
    }

    public override async Task<GetAuditHeadResponse> GetAuditHead(GetAuditHeadRequest request, ServerCallContext context)
    {
        var now = clock.GetUtcNow();
        var key = keys.Current is { } current && current.IsValidAt(now) ? current : throw Refusal.AuditKeyUnusable();
        var last = await db.FindLastBlockAsync(context.CancellationToken) is { } content ? Read(content) : null;
        var head = new AuditHeadClaims
        {
            Issuer = files.Value.Issuer!,
            Number = last?.Block.Number ?? 0,
            IssueTime = now,
            Block = last?.ContentHash ?? AuditBlockClaims.NoHash,
            Total = last?.Block.Total ?? 0,
        };
        var file = AuditHeadFile.Write(head, key.KeyId, key.Certificate.RawDataMemory.Span, key.Sign);
        return new GetAuditHeadResponse
        {
            Head = new V1.AuditHead { Content = ByteString.CopyFrom(file), Number = head.Number, RecordCount = head.Total },
        };
    }

    private static AuditBlockFile Read(byte[] block)
    {
        try
        {
            return AuditBlockFile.Read(block);
        }
        catch (FileFormatException)
        {
            throw Refusal.AuditBlockUnreadable();
        }
    }
}
