using Entitlement.Domain.Activations;
using Entitlement.Formats;
using Entitlement.Server.Signing;
using Entitlement.Storage;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Activation = Entitlement.Domain.Activations.Activation;

namespace Entitlement.Benchmarks;

/// <summary>Measures the steps of an activation alone, and then activations.</summary>
internal static class Run
{
    private const int BatchSize = 64;
    // Until the runtime has compiled the whole path for good; before that it measures the compiler.
    private const int WarmUp = 2_000;

    public static async Task<Report> MeasureAsync(BenchmarkOptions options, Action<string> tell)
    {
        await using var host = await EntitlementHost.StartAsync(new HostSettings
        {
            Options = { ["Logging:LogLevel:Default"] = "Warning" },
        });
        tell("preparing licenses and requests");
        var workload = await Workload.PrepareAsync(host, options.Licenses, options.Count + WarmUp);
        var (warmUp, measured) = (workload.Requests.Take(WarmUp).ToList(), workload.Requests.Skip(WarmUp).ToList());

        tell("bare gRPC echo");
        var echo = await EchoAsync(measured, options.Callers);
        tell("verifying");
        warmUp.ForEach(file => LicenseRequestFile.Read(file));
        var verify = await Measure.RunAsync("verify a .lrq, with key import", measured, file => LicenseRequestFile.Read(file));

        tell("activations");
        var channels = Enumerable.Range(0, options.Callers).Select(_ => host.Anonymous).ToArray();
        await ActivateAsync("warm-up", warmUp, channels);
        var activation = await ActivateAsync($"Activate over gRPC, {options.Callers} callers", measured, channels);

        tell("signing");
        var signer = host.Services.GetRequiredService<LicenseSigner>();
        var rows = await ReadRowsAsync(host, options.Count);
        var claims = rows.Select(row => LicenseFile.Read(row.File.Content).Claims).ToList();
        var sign = await Measure.RunAsync("sign a .lic", claims, claim => signer.Issue(claim));

        tell("raw rows");
        await host.StopAsync();
        var (batched, single) = await WriteRawAsync(host.DatabaseFile, rows, workload.Licenses);
        return new Report([echo, verify, sign, batched], [single], activation, options.Cores);
    }

    private static async Task<Figure> EchoAsync(List<byte[]> messages, int callers)
    {
        await using var echo = await Echo.StartAsync();
        await Measure.RunAsync("warm-up", messages.Take(WarmUp).ToList(), callers, echo.CallAsync);
        return await Measure.RunAsync($"bare gRPC echo, {callers} callers", messages, callers, echo.CallAsync);
    }

    private static Task<Figure> ActivateAsync(string step, List<byte[]> files, GrpcChannel[] channels)
    {
        var next = -1;
        var clients = channels.Select(channel => new ActivationService.ActivationServiceClient(channel)).ToArray();
        return Measure.RunAsync(step, files, channels.Length, async file =>
        {
            var client = clients[(uint)Interlocked.Increment(ref next) % clients.Length];
            await client.ActivateAsync(new ActivateRequest { LicenseRequest = UnsafeByteOperations.UnsafeWrap(file) });
        });
    }

    private sealed record Rows(Activation Activation, IssuedFile File, AnsweredRequest Request, Domain.Audit.AuditRecord Audit);

    /// <summary>The very rows that the service wrote, to be written again by hand.</summary>
    private static async Task<List<Rows>> ReadRowsAsync(EntitlementHost host, int count)
    {
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<EntitlementDbContext>>().CreateDbContextAsync();
        var files = await db.IssuedFiles.Take(count).ToDictionaryAsync(file => file.ActivationId);
        var requests = await db.AnsweredRequests.ToDictionaryAsync(request => request.ActivationId);
        var audits = await db.AuditRecords.Where(record => record.Action == "activation.create")
            .ToDictionaryAsync(record => record.Resource, StringComparer.Ordinal);
        var activations = await db.Activations.ToListAsync();
        return [.. activations.Where(activation => files.ContainsKey(activation.Id)).Select(activation => new Rows(
            activation, files[activation.Id], requests[activation.Id], audits[activation.Name.ToString()]))];
    }

    /// <summary>Into the emptied tables of the same database: the same schema, the same indexes, the same disk.</summary>
    private static async Task<(Figure Batched, Figure Single)> WriteRawAsync(
        string databaseFile, List<Rows> rows, IReadOnlyList<License> licenses)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>().UseSqlite($"Data Source={databaseFile}").Options;
        await using var db = new EntitlementDbContext(options);
        await ClearAsync(db, licenses);
        using var raw = new RawRows(db, databaseFile);
        var half = rows.Count / 2;
        var single = await Measure.RunAsync("the rows of one activation, one durable commit each", rows[..half], row => Write(raw, [row]));
        var batches = rows[half..].Chunk(BatchSize).ToList();
        var batched = await Measure.RunAsync($"the same rows, {BatchSize} activations a commit", batches, batch => Write(raw, batch));
        return (batched with { Count = rows.Count - half }, single);
    }

    private static void Write(RawRows raw, Rows[] batch) => raw.Commit(
        batch.SelectMany(row => new object[] { row.Activation, row.File, row.Request, row.Audit }),
        "UPDATE \"Licenses\" SET \"MachinesHeld\" = \"MachinesHeld\" + 1 WHERE \"Id\" = $id AND \"MachinesHeld\" + 1 <= \"MachineLimit\"",
        batch.Select(row => row.Activation.LicenseId));

    private static async Task ClearAsync(EntitlementDbContext db, IReadOnlyList<License> licenses)
    {
        await db.Activations.ExecuteDeleteAsync();
        await db.IssuedFiles.ExecuteDeleteAsync();
        await db.AnsweredRequests.ExecuteDeleteAsync();
        await db.AuditRecords.ExecuteDeleteAsync();
        var emptied = await db.Licenses.ExecuteUpdateAsync(set => set.SetProperty(license => license.MachinesHeld, 0));
        if (emptied != licenses.Count)
        {
            throw new InvalidOperationException("The database has other licenses than the workload.");
        }
    }
}
