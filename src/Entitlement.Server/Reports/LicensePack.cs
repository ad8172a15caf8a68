using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Reports;

/// <summary>
/// Writes the license files of an account into a ZIP archive, page by page. No connection to the database is held while the
/// caller takes its time.
/// </summary>
internal sealed class LicensePack(EntitlementDbContext db, TimeProvider clock)
{
    /// <summary>A file has up to 3 MiB, and all of a page are in memory at once.</summary>
    private const int PageSize = 16;

    /// <summary>Entries of the manifest between two drains.</summary>
    private const int EntriesAtATime = 500;

    public async Task WriteAsync(AccountName account, OutgoingBytes output, CancellationToken cancellationToken)
    {
        var packed = new List<PackedFile>();
        await using (var zip = await ZipArchive.CreateAsync(
            output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            var (license, activation) = (Guid.Empty, Guid.Empty);
            while (await ListAsync(account, license, activation, cancellationToken) is { Count: > 0 } page)
            {
                foreach (var file in page)
                {
                    packed.Add(await AddAsync(zip, file, cancellationToken));
                    await output.DrainAsync();
                }

                (license, activation) = (page[^1].LicenseId, page[^1].ActivationId);
            }

            await WriteManifestAsync(zip, account, packed, output, cancellationToken);
            await WriteSumsAsync(zip, packed, output, cancellationToken);
        }

        await output.DrainAsync(isEnd: true);
    }

    private static async Task<PackedFile> AddAsync(ZipArchive zip, CurrentFile file, CancellationToken cancellationToken)
    {
        // Nothing of it is chosen freely: a product code begins with a letter or digit and has no slash.
        var path = $"{file.ProductCode}/{file.Slc.Ending}-{file.ActivationId}.lic";
        var entry = zip.CreateEntry(path, CompressionLevel.Fastest);
        entry.LastWriteTime = file.IssueTime;
        await using (var content = await entry.OpenAsync(cancellationToken))
        {
            await content.WriteAsync(file.Content, cancellationToken);
        }

        return new PackedFile(
            path,
            Convert.ToHexStringLower(SHA256.HashData(file.Content)),
            file.Content.Length,
            file.LicenseId,
            file.ActivationId,
            file.Generation,
            file.MachineName,
            file.IssueTime);
    }

    private async Task WriteManifestAsync(
        ZipArchive zip, AccountName account, List<PackedFile> packed, OutgoingBytes output, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(zip, "manifest.json", cancellationToken);
        await using var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("account", $"{account}");
        json.WriteString("create_time", clock.GetUtcNow());
        json.WriteNumber("file_count", packed.Count);
        json.WriteStartArray("files");
        foreach (var chunk in packed.Chunk(EntriesAtATime))
        {
            foreach (var file in chunk)
            {
                Write(json, account, file);
            }

            await json.FlushAsync(cancellationToken);
            await output.DrainAsync();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AccountName account, PackedFile file)
    {
        json.WriteStartObject();
        json.WriteString("path", file.Path);
        json.WriteString("sha256", file.Sha256);
        json.WriteNumber("size", file.Size);
        json.WriteString("activation", $"{new ActivationName(account.AccountId, file.LicenseId, file.ActivationId)}");
        json.WriteNumber("generation", file.Generation);
        json.WriteString("machine_name", file.MachineName);
        json.WriteString("issue_time", file.IssueTime);
        json.WriteEndObject();
    }

    private async Task WriteSumsAsync(
        ZipArchive zip, List<PackedFile> packed, OutgoingBytes output, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(zip, "SHA256SUMS", cancellationToken);
        foreach (var chunk in packed.Chunk(EntriesAtATime))
        {
            var lines = string.Concat(chunk.Select(file => $"{file.Sha256}  {file.Path}\n"));
            await content.WriteAsync(Encoding.ASCII.GetBytes(lines), cancellationToken);
            await output.DrainAsync();
        }
    }

    private async Task<Stream> OpenAsync(ZipArchive zip, string name, CancellationToken cancellationToken)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = clock.GetUtcNow();
        return await entry.OpenAsync(cancellationToken);
    }

    /// <summary>In the order of the key: the rest of a license, then the licenses after it.</summary>
    private async Task<List<CurrentFile>> ListAsync(
        AccountName account, Guid license, Guid activation, CancellationToken cancellationToken)
    {
        var rows = await Current(account)
            .Where(file => file.LicenseId == license && file.ActivationId > activation)
            .OrderBy(file => file.ActivationId)
            .Take(PageSize)
            .ToListAsync(cancellationToken);
        rows.AddRange(await Current(account)
            .Where(file => file.LicenseId > license)
            .OrderBy(file => file.LicenseId)
            .ThenBy(file => file.ActivationId)
            .Take(PageSize - rows.Count)
            .ToListAsync(cancellationToken));
        return rows;
    }

    private IQueryable<CurrentFile> Current(AccountName account) =>
        from activation in db.Activations
        join license in db.Licenses
            on new { activation.AccountId, Id = activation.LicenseId } equals new { license.AccountId, license.Id }
        join product in db.Products on license.ProductId equals product.Id
        join file in db.IssuedFiles
            on new { activation.AccountId, ActivationId = activation.Id, activation.Generation }
            equals new { file.AccountId, file.ActivationId, file.Generation }
        where activation.AccountId == account.AccountId && activation.EndTime == null && license.RevokeTime == null
        select new CurrentFile
        {
            LicenseId = activation.LicenseId,
            ActivationId = activation.Id,
            Generation = activation.Generation,
            MachineName = activation.MachineName,
            ProductCode = product.Code,
            Slc = license.Slc,
            IssueTime = file.IssueTime,
            Content = file.Content,
        };

    /// <summary>What stays in memory of a file: less than half a KiB.</summary>
    private readonly record struct PackedFile(
        string Path,
        string Sha256,
        int Size,
        Guid LicenseId,
        Guid ActivationId,
        int Generation,
        string MachineName,
        DateTimeOffset IssueTime);

    private sealed record CurrentFile
    {
        public required Guid LicenseId { get; init; }

        public required Guid ActivationId { get; init; }

        public required int Generation { get; init; }

        public required string MachineName { get; init; }

        public required string ProductCode { get; init; }

        public required Domain.Licenses.Slc Slc { get; init; }

        public required DateTimeOffset IssueTime { get; init; }

        public required byte[] Content { get; init; }
    }
}
