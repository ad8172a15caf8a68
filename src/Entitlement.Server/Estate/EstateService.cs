using Entitlement.Domain.Errors;
using Entitlement.Server.Access;
using Entitlement.V1;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace Entitlement.Server.Estate;

internal sealed class EstateService(EstateImport import, EstateExport export, ILogger<EstateService> log)
    : V1.EstateService.EstateServiceBase
{
    private const int MaxBatch = 500;

    public override async Task ImportEstate(
        IAsyncStreamReader<ImportEstateRequest> requestStream,
        IServerStreamWriter<ImportEstateResponse> responseStream,
        ServerCallContext context)
    {
        var actor = context.GetCaller().Actor;
        if (!await requestStream.MoveNext(context.CancellationToken))
        {
            return;
        }

        var dryRun = requestStream.Current.DryRun ? new DryRun() : null;
        var (records, created, refused) = (0, 0, 0);
        do
        {
            var batch = requestStream.Current.Records;
            RequireBatch(batch);
            var results = dryRun is null
                ? await import.RunAsync(batch, actor, context.CancellationToken)
                : await import.RehearseAsync(batch, dryRun, actor, context.CancellationToken);
            records += batch.Count;
            created += results.Count(result => result.Outcome == ImportOutcome.Created);
            refused += results.Count(result => result.Outcome == ImportOutcome.Refused);
            await responseStream.WriteAsync(
                new ImportEstateResponse { Results = { results } }, context.CancellationToken);
        }
        while (await requestStream.MoveNext(context.CancellationToken));

        if (dryRun is null)
        {
            log.Imported(actor, records, created, refused);
        }
        else
        {
            log.Rehearsed(actor, records);
        }
    }

    public override async Task<ListEstateRecordsResponse> ListEstateRecords(
        ListEstateRecordsRequest request, ServerCallContext context)
    {
        var (records, next) = await export.ListAsync(request, context.GetCaller(), context.CancellationToken);
        return new ListEstateRecordsResponse { Records = { records }, NextPageToken = next };
    }

    private static void RequireBatch(RepeatedField<EstateRecord> records)
    {
        if (records.Count is < 1 or > MaxBatch)
        {
            throw Refusal.InvalidArgument("records", $"must be 1 to {MaxBatch} in a batch");
        }
    }
}
