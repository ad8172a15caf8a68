using System.Runtime.CompilerServices;
using Entitlement.V1;

namespace Entitlement.Client.Audit;

/// <summary>Turns the pages of the audit trail's lists.</summary>
internal static class AuditPages
{
    private const int Size = 1_000;
    private const string AllAccounts = "accounts/-";

    public static async IAsyncEnumerable<AuditBlock> Blocks(
        AuditService.AuditServiceClient service, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListAuditBlocksRequest { PageSize = Size };
        do
        {
            var page = await service.ListAuditBlocksAsync(request, cancellationToken: cancellationToken);
            foreach (var block in page.Blocks)
            {
                yield return block;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    public static async IAsyncEnumerable<IssuedGeneration> Generations(
        AuditService.AuditServiceClient service, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListIssuedGenerationsRequest { PageSize = Size };
        do
        {
            var page = await service.ListIssuedGenerationsAsync(request, cancellationToken: cancellationToken);
            foreach (var generation in page.Generations)
            {
                yield return generation;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>All records, in the order of the trail.</summary>
    public static IAsyncEnumerable<AuditRecord> Records(
        AuditService.AuditServiceClient service, CancellationToken cancellationToken) =>
        Records(service, new ListAuditRecordsRequest { Parent = AllAccounts, PageSize = Size }, cancellationToken);

    /// <summary>The records of an activation.</summary>
    public static IAsyncEnumerable<AuditRecord> RecordsOf(
        AuditService.AuditServiceClient service, string activation, CancellationToken cancellationToken)
    {
        var account = string.Join('/', activation.Split('/').Take(2));
        var request = new ListAuditRecordsRequest { Parent = account, Resource = activation, PageSize = Size };
        return Records(service, request, cancellationToken);
    }

    private static async IAsyncEnumerable<AuditRecord> Records(
        AuditService.AuditServiceClient service,
        ListAuditRecordsRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await service.ListAuditRecordsAsync(request, cancellationToken: cancellationToken);
            foreach (var record in page.Records)
            {
                yield return record;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }
}
