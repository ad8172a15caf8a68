using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Microsoft.EntityFrameworkCore;
using Activation = Entitlement.Domain.Activations.Activation;

namespace Entitlement.Server.Estate;

/// <summary>
/// Lists all that there is, one kind after the other: what others refer to stands before them. A token is the kind's
/// number and the token of the page within the kind.
/// </summary>
internal sealed class EstateExport(EntitlementDbContext db, LicenseReader licenses)
{
    /// <summary>A device takes up to half a KiB, and a client usually takes messages of 4 MiB.</summary>
    private const int MaxDevicesOnPage = 5_000;

    private const int IdLength = 16;
    private const int ActivationPosition = 3 * IdLength;

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public async Task<(IReadOnlyList<EstateRecord> Records, string NextPageToken)> ListAsync(
        ListEstateRecordsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var first = request.Kind is EstateKind.Unspecified ? EstateKind.Product : request.Kind;
        var last = request.Kind is EstateKind.Unspecified ? EstateKind.Activation : request.Kind;
        var (kind, token) = ReadToken(request.PageToken, first, last);
        var page = PageRequest.Parse(
            request.PageSize,
            token,
            $"estate/{kind}",
            kind == EstateKind.Activation ? ActivationPosition : IdLength);
        var (records, next) = kind switch
        {
            EstateKind.Product => await ListProductsAsync(page, cancellationToken),
            EstateKind.Account => await ListAccountsAsync(page, cancellationToken),
            EstateKind.License => await ListLicensesAsync(page, caller, cancellationToken),
            EstateKind.Activation => await ListActivationsAsync(page, cancellationToken),
            _ => throw Refusal.InvalidArgument("kind", "must be a value of EstateKind"),
        };
        return (records, next.Length > 0 ? Token(kind, next) : kind < last ? Token(kind + 1, "") : "");
    }

    private async Task<(IReadOnlyList<EstateRecord>, string)> ListProductsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await db.Products
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        return ([.. shown.Select(row => row.ToRecord())], next);
    }

    private async Task<(IReadOnlyList<EstateRecord>, string)> ListAccountsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await db.Accounts
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id);
        return ([.. shown.Select(row => row.ToRecord())], next);
    }

    private async Task<(IReadOnlyList<EstateRecord>, string)> ListLicensesAsync(
        PageRequest page, Caller caller, CancellationToken cancellationToken)
    {
        var (shown, next) = await licenses.ListAllAsync(page, caller, cancellationToken);
        var products = shown.Select(license => license.Product).Distinct(StringComparer.Ordinal)
            .Select(name => ProductName.Parse(name, "license.product").ProductId)
            .ToList();
        var codes = await db.Products
            .Where(product => products.Contains(product.Id))
            .ToDictionaryAsync(product => $"{product.Name}", product => product.Code, cancellationToken);
        return ([.. shown.Select(license => license.ToRecord(codes[license.Product]))], next);
    }

    /// <summary>In the order of the key: the rest of a license, then of an account.</summary>
    private async Task<(IReadOnlyList<EstateRecord>, string)> ListActivationsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var (account, license, activation) = (ReadId(page, 0), ReadId(page, 1), ReadId(page, 2));
        var ranges = new[]
        {
            db.Activations.Where(row => row.AccountId == account && row.LicenseId == license && row.Id > activation),
            db.Activations.Where(row => row.AccountId == account && row.LicenseId > license),
            db.Activations.Where(row => row.AccountId > account),
        };
        var rows = new List<Activation>();
        foreach (var range in ranges)
        {
            rows.AddRange(await range
                .Where(row => row.EndTime == null)
                .OrderBy(row => row.AccountId)
                .ThenBy(row => row.LicenseId)
                .ThenBy(row => row.Id)
                .Take(page.Probe - rows.Count)
                .ToListAsync(cancellationToken));
        }

        var (shown, next) = page.Cut(rows, PositionOf, FitOn(rows));
        var devices = await ListDevicesAsync(shown, cancellationToken);
        return ([.. shown.Select(row => row.ToRecord(devices[row.Id]))], next);
    }

    /// <summary>How many of the activations have not too many devices for one page; one at least.</summary>
    private static int FitOn(List<Activation> rows)
    {
        var devices = 0;
        return Math.Max(1, rows.TakeWhile(row => (devices += row.DeviceCount) <= MaxDevicesOnPage).Count());
    }

    private async Task<ILookup<Guid, ActivationDevice>> ListDevicesAsync(
        IEnumerable<Activation> activations, CancellationToken cancellationToken)
    {
        var holders = activations.Where(row => row.DeviceCount > 0).ToList();
        var accounts = holders.Select(row => row.AccountId).Distinct().ToList();
        var ids = holders.Select(row => row.Id).ToList();
        var devices = ids.Count == 0
            ? []
            : await db.ActivationDevices
                .Where(device => accounts.Contains(device.AccountId) && ids.Contains(device.ActivationId))
                .OrderBy(device => device.Feature)
                .ThenBy(device => device.DeviceId)
                .ToListAsync(cancellationToken);
        return devices.ToLookup(device => device.ActivationId);
    }

    private static (EstateKind Kind, string Token) ReadToken(string token, EstateKind first, EstateKind last)
    {
        if (token.Length == 0)
        {
            return (first, "");
        }

        var parts = token.Split('.', 2);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (EstateKind)number >= first
            && (EstateKind)number <= last
                ? ((EstateKind)number, parts[1])
                : throw Refusal.InvalidArgument(
                    "page_token", "must be the next_page_token of an earlier page of this list");
    }

    private static string Token(EstateKind kind, string token) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)kind}.{token}");

    private static Guid ReadId(PageRequest page, int index) =>
        new(page.Position.Span.Slice(index * IdLength, IdLength), bigEndian: true);

    private static byte[] PositionOf(Activation row) =>
    [
        .. row.AccountId.ToByteArray(bigEndian: true),
        .. row.LicenseId.ToByteArray(bigEndian: true),
        .. row.Id.ToByteArray(bigEndian: true),
    ];
}
