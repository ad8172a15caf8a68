using Entitlement.V1;
using Google.Protobuf.Collections;

namespace Entitlement.Client.Audit;

/// <summary>Turns the pages of the audit trail's lists.</summary>
internal static class AuditPages
{
    private const int Size = 1_000;
    private const string AllAccounts = "accounts/-";

    public static IAsyncEnumerable<AuditBlock> Blocks(
        AuditService.AuditServiceClient service, CancellationToken cancellationToken) => TurnAsync(
        async token =>
        {
            var request = new ListAuditBlocksRequest { PageSize = Size, PageToken = token };
            var page = await service.ListAuditBlocksAsync(request, cancellationToken: cancellationToken);
            return (page.Blocks, page.NextPageToken);
        });

    public static IAsyncEnumerable<IssuedGeneration> Generations(
        AuditService.AuditServiceClient service, CancellationToken cancellationToken) => TurnAsync(
        async token =>
        {
            var request = new ListIssuedGenerationsRequest { PageSize = Size, PageToken = token };
            var page = await service.ListIssuedGenerationsAsync(request, cancellationToken: cancellationToken);
            return (page.Generations, page.NextPageToken);
        });

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

    private static IAsyncEnumerable<AuditRecord> Records(
        AuditService.AuditServiceClient service, ListAuditRecordsRequest request, CancellationToken cancellationToken) => TurnAsync(
        async token =>
        {
            request.PageToken = token;
            var page = await service.ListAuditRecordsAsync(request, cancellationToken: cancellationToken);
            return (page.Records, page.NextPageToken);
        });

    /// <param name="get">Asks for the page of a token, the empty one for the first; gives its items and the next token.</param>
    private static async IAsyncEnumerable<T> TurnAsync<T>(Func<string, Task<(RepeatedField<T> Items, string Next)>> get)
    {
        var token = "";
        do
        {
            (var items, token) = await get(token);
            foreach (var item in items)
            {
                yield return item;
            }
        }
        while (token.Length > 0);
    }
}
