using System.Text.Json.Nodes;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>The audit trail of a service that is killed at work, as its operator verifies it.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Is_whole_after_a_kill_and_names_what_somebody_alters_then()
    {
        await using var service = new Service(_folder.File("data")) { Settings = ["--Audit:SealInterval=00:00:00.1"] };
        await service.StartAsync();
        var estate = await Estate.CreateAsync(service);
        (await estate.RequestAsync(service, _folder.Path, "a.lrq")).Succeeded();
        (await service.EntitleAsync("activate", _folder.File("a.lrq"), "--out", _folder.File("a.lic"))).Succeeded();
        await service.KillAsync();
        await service.StartAsync();
        await UntilSealedAsync(service);
        var head = _folder.File("trail.head");
        (await service.EntitleAsync("audit", "head", "--out", head)).Succeeded();

        var whole = (await VerifyAsync(service, "--head", head)).Succeeded();
        var records = (await service.EntitleAsync("audit", "list", "--action", "activation.create", "--json")).Succeeded().Json["records"]!;
        Alter(service, "UPDATE AuditRecords SET Actor = 'nobody' WHERE Action = 'activation.create'");
        var altered = (await VerifyAsync(service, "--head", head, "--json")).Ended(4);
        Alter(service, "DELETE FROM AuditBlocks");
        var cut = (await VerifyAsync(service, "--head", head)).Ended(4);

        Assert.Contains("Result\twhole", whole.Output, StringComparison.Ordinal);
        var finding = Assert.Single(altered.Json["findings"]!.AsArray())!;
        var record = Assert.Single(records.AsArray())!;
        Assert.Equal(("RECORD_ALTERED", $"{record["name"]}"), ($"{finding["fault"]}", $"{finding["subject"]}"));
        Assert.Contains("! BLOCK_MISSING: block", cut.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<Finished> VerifyAsync(Service service, params string[] options) =>
        service.EntitleAsync(["audit", "verify", "--root", service.RootFile, .. options]);

    /// <summary>Each look takes a process its time, and the sealer a tenth of a second.</summary>
    private static async Task UntilSealedAsync(Service service)
    {
        JsonNode last;
        do
        {
            last = (await service.EntitleAsync("audit", "list", "--json")).Succeeded().Json["records"]!.AsArray()[^1]!;
        }
        while ($"{last["block"]}" == "0");
    }

    private static void Alter(Service service, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(service.DataDirectory, "entitlement.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }
}
