using Entitlement.Domain.Activations;
using Entitlement.Formats;
using Entitlement.Server.Audit;
using Entitlement.Server.Signing;
using Entitlement.Storage;
using Entitlement.V1;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Activation = Entitlement.Domain.Activations.Activation;
using AuditRecord = Entitlement.Domain.Audit.AuditRecord;

namespace Entitlement.Benchmarks;

/// <summary>The steps of an activation, each alone, on what activations really got, gave and wrote.</summary>
internal static class Steps
{
    private const int BatchSize = 64;
    private const int WarmUp = 2_000;
    private const int EchoRounds = 3;

    public static async Task<Figure> EchoAsync(List<byte[]> messages, BenchmarkOptions options)
    {
        await using var echo = await Echo.StartAsync(options.Channels);
        for (var round = 0; round < EchoRounds; round++)
        {
            await Measure.RunAsync("warm-up", messages, options.Callers, echo.CallAsync);
        }

        return await Measure.RunAsync($"bare gRPC echo, {options.Callers} callers, both ends", messages, options.Callers, echo.CallAsync);
    }

    public static Task<Figure> DriveAsync(List<byte[]> requests, ByteString file)
    {
        var answer = new ActivateResponse { LicenseFile = file, Activation = new V1.Activation { Name = new string('x', 120) } }.ToByteArray();
        return WarmAsync("driver: make the message, read the answer", requests, request =>
        {
            new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(request) }.ToByteArray();
            ActivateResponse.Parser.ParseFrom(answer);
        });
    }

    public static Task<Figure> VerifyAsync(List<byte[]> requests) =>
        WarmAsync("verify a .lrq, with key import", requests, request => LicenseRequestFile.Read(request));

    public static Task<Figure> SignAsync(Estate estate, List<Rows> rows)
    {
        var signer = estate.Host.Services.GetRequiredService<LicenseSigner>();
        var claims = rows.ConvertAll(row => LicenseFile.Read(row.File.Content).Claims);
        return WarmAsync("sign a .lic", claims, claim => signer.Issue(claim));
    }

    /// <summary>Seals once more what was sealed of all activations so far, in blocks as large as they come.</summary>
    public static async Task<Figure> SealAsync(Estate estate)
    {
        await using var db = await estate.Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        var sealer = ActivatorUtilities.CreateInstance<AuditSealer>(estate.Host.Services);
        var key = estate.Host.Services.GetRequiredService<AuditKeys>().Current!;
        await sealer.SealAsync(key, CancellationToken.None);
        await db.AuditBlocks.ExecuteDeleteAsync();
        var records = await db.AuditRecords.ExecuteUpdateAsync(set => set.SetProperty(record => record.Block, AuditRecord.NotSealed));
        var figure = await Measure.RunAsync("seal its audit record", [key], callers: 1, key => sealer.SealAsync(key, CancellationToken.None));
        return figure with { Count = records };
    }

    /// <summary>The rows that the service wrote, to be written again by hand.</summary>
    public static async Task<List<Rows>> ReadRowsAsync(Estate estate, int count)
    {
        var contexts = estate.Host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>();
        await using var db = await contexts.CreateDbContextAsync();
        var files = await db.IssuedFiles.OrderByDescending(file => file.FileId).Take(count).ToDictionaryAsync(file => file.ActivationId);
        var requests = await db.AnsweredRequests.ToDictionaryAsync(request => request.ActivationId);
        var audits = await db.AuditRecords.Where(record => record.Action == "activation.create")
            .ToDictionaryAsync(record => record.Resource, StringComparer.Ordinal);
        var activations = await db.Activations.ToListAsync();
        return [.. activations.Where(activation => files.ContainsKey(activation.Id)).Select(activation => new Rows(
            activation, files[activation.Id], requests[activation.Id], audits[activation.Name.ToString()]))];
    }

    /// <summary>
    /// Writes them by plain ADO.NET: the same schema, the same indexes, the same disk, after those that are there were removed.
    /// The server must have stopped.
    /// </summary>
    public static async Task<(Figure Batched, Figure Single)> WriteRawAsync(string databaseFile, List<Rows> rows)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>().UseSqlite($"Data Source={databaseFile}").Options;
        await using var db = new EntitlementDbContext(options);
        await db.Activations.ExecuteDeleteAsync();
        await db.IssuedFiles.ExecuteDeleteAsync();
        await db.AnsweredRequests.ExecuteDeleteAsync();
        await db.AuditRecords.ExecuteDeleteAsync();

        using var raw = new RawRows(db, databaseFile);
        var (third, half) = (rows.Count / 3, rows.Count / 2);
        await Measure.RunAsync("warm-up", rows[half..(half + third)].Chunk(BatchSize).ToList(), batch => Write(raw, batch));
        var single = await Measure.RunAsync("the same rows, a durable commit each", rows[..half], row => Write(raw, [row]));
        var batches = rows[(half + third)..].Chunk(BatchSize).ToList();
        var batched = await Measure.RunAsync($"the rows by plain ADO.NET, {BatchSize} a commit", batches, batch => Write(raw, batch));
        return (batched with { Count = rows.Count - half - third }, single);
    }

    private static void Write(RawRows raw, Rows[] batch) => raw.Commit(
        batch.SelectMany(row => new object[] { row.Activation, row.File, row.Request, row.Audit }),
        "UPDATE \"Licenses\" SET \"MachinesHeld\" = \"MachinesHeld\" + 1 "
        + "WHERE \"AccountId\" = $account AND \"Id\" = $id AND \"MachinesHeld\" + 1 <= \"MachineLimit\"",
        batch.Select(row => (row.Activation.AccountId, row.Activation.LicenseId)));

    /// <summary>On all cores at once, as they run in the server: two that share a cache are slower than one alone.</summary>
    private static async Task<Figure> WarmAsync<T>(string step, List<T> operations, Action<T> run)
    {
        operations.Take(WarmUp).ToList().ForEach(run);
        return await Measure.RunAsync(step, operations, Environment.ProcessorCount, operation =>
        {
            run(operation);
            return Task.CompletedTask;
        });
    }
}

/// <summary>What one activation wrote.</summary>
internal sealed record Rows(Activation Activation, IssuedFile File, AnsweredRequest Request, AuditRecord Audit);
