using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.CommandLine.Estate;

/// <summary>One call of an import: gathers lines in batches, sends them, and tells what became of each.</summary>
internal sealed class ImportCall : IDisposable
{
    private const int MaxRecords = 500;

    /// <summary>Half of what the service takes in one message.</summary>
    private const int MaxBytes = 1 << 20;

    private readonly AsyncDuplexStreamingCall<ImportEstateRequest, ImportEstateResponse> _call;
    private readonly bool _isDryRun;
    private readonly TimeSpan _patience;
    private readonly Func<InputLine, ImportResult, Task> _tell;
    private readonly List<InputLine> _batch = [];
    private int _bytes;

    /// <param name="connection">The way to the service.</param>
    /// <param name="isDryRun">Whether nothing is to be changed.</param>
    /// <param name="tell">Hears of each record, in their order.</param>
    /// <param name="cancellation">Ends the call.</param>
    public ImportCall(
        Connection connection, bool isDryRun, Func<InputLine, ImportResult, Task> tell, CancellationToken cancellation)
    {
        _call = connection.Converse<ImportEstateRequest, ImportEstateResponse>(ImportCommand.ImportRpc, cancellation);
        (_isDryRun, _tell, _patience) = (isDryRun, tell, connection.Patience);
    }

    public async Task AddAsync(InputLine line, CancellationToken cancellation)
    {
        var size = line.Record!.CalculateSize();
        if (_batch.Count == MaxRecords || (_batch.Count > 0 && _bytes + size > MaxBytes))
        {
            await SendAsync(cancellation);
        }

        _batch.Add(line);
        _bytes += size;
    }

    /// <summary>Sends what waits, so that all that was added is told.</summary>
    public Task FlushAsync(CancellationToken cancellation) => SendAsync(cancellation);

    /// <summary>Ends the call, which is then known to have done all.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await _call.RequestStream.CompleteAsync();
        if (await _call.ResponseStream.MoveNext(cancellation))
        {
            throw Unlike("more answers than batches");
        }
    }

    public void Dispose() => _call.Dispose();

    private async Task SendAsync(CancellationToken cancellation)
    {
        if (_batch.Count == 0)
        {
            return;
        }

        var request = new ImportEstateRequest { DryRun = _isDryRun, Records = { _batch.Select(line => line.Record) } };
        var results = await AnswerAsync(request, cancellation);
        foreach (var (line, result) in _batch.Zip(results))
        {
            await _tell(line, result);
        }

        _batch.Clear();
        _bytes = 0;
    }

    private async Task<IReadOnlyList<ImportResult>> AnswerAsync(ImportEstateRequest request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_patience);
        try
        {
            await _call.RequestStream.WriteAsync(request, patience.Token);
            if (!await _call.ResponseStream.MoveNext(patience.Token))
            {
                throw Unlike("no answer to a batch");
            }
        }
        catch (Exception late) when (
            patience.IsCancellationRequested
            && !cancellation.IsCancellationRequested
            && late is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw new CommandFailure(
                ExitCode.Unreachable,
                "NO_ANSWER_IN_TIME",
                "The service did not answer a batch in time.",
                "Run the same command again, perhaps with a longer --timeout: what was imported stays as it is.",
                late);
        }

        var results = _call.ResponseStream.Current.Results;
        return results.Count == request.Records.Count ? results : throw Unlike("an answer that does not fit its batch");
    }

    private static CommandFailure Unlike(string what) =>
        new(ExitCode.Refused, "STRANGE_ANSWER", $"The service gave {what}: it is of another version than entitle.");
}
