using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Licenses;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.Storage.Queries;
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

    /// <summary>A hash takes up to 50 bytes.</summary>
    private const int MaxMarksOnPage = 20_000;

    private const int IdLength = 16;
    private const int ActivationPosition = 3 * IdLength;

    /// <summary>How many accounts there are from the top down to it, and its id.</summary>
    private const int AccountPosition = 1 + IdLength;

    private static readonly EstateKind[] Order =
        [EstateKind.Product, EstateKind.Account, EstateKind.License, EstateKind.Trial, EstateKind.Activation];

    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>.</exception>
    public async Task<(IReadOnlyList<EstateRecord> Records, string NextPageToken)> ListAsync(
        ListEstateRecordsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var kinds = request.Kind is EstateKind.Unspecified ? Order : [request.Kind];
        var (kind, token) = ReadToken(request.PageToken, kinds);
        var page = PageRequest.Parse(
            request.PageSize,
            token,
            $"estate/{kind}",
            kind switch
            {
                EstateKind.Account => AccountPosition,
                EstateKind.Activation => ActivationPosition,
                _ => IdLength,
            });
        var (records, next) = kind switch
        {
            EstateKind.Product => await ListProductsAsync(page, cancellationToken),
            EstateKind.Account => await ListAccountsAsync(page, cancellationToken),
            EstateKind.License => await ListLicensesAsync(page, caller, cancellationToken),
            EstateKind.Trial => await ListTrialsAsync(page, cancellationToken),
            EstateKind.Activation => await ListActivationsAsync(page, cancellationToken),
            _ => throw Refusal.InvalidArgument("kind", "must be a value of EstateKind"),
        };
        var after = Array.IndexOf(kinds, kind) + 1;
        return (records, next.Length > 0 ? Token(kind, next) : after < kinds.Length ? Token(kinds[after], "") : "");
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

    /// <summary>From the top down, because an import wants to know what is above.</summary>
    private async Task<(IReadOnlyList<EstateRecord>, string)> ListAccountsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var (depth, id) = (page.Position.Span[0], new Guid(page.Position.Span[1..], bigEndian: true));
        var rows = await db.Accounts
            .Select(row => new { Account = row, Depth = db.AccountAncestors.Count(above => above.AccountId == row.Id) })
            .Where(row => row.Depth > depth || (row.Depth == depth && row.Account.Id > id))
            .OrderBy(row => row.Depth)
            .ThenBy(row => row.Account.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(
            rows, row => [(byte)row.Depth, .. row.Account.Id.ToByteArray(bigEndian: true)]);
        return ([.. shown.Select(row => row.Account.ToRecord())], next);
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

    private async Task<(IReadOnlyList<EstateRecord>, string)> ListTrialsAsync(
        PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await db.Trials
            .Where(row => row.Id > page.After)
            .OrderBy(row => row.Id)
            .Take(page.Probe)
            .ToListAsync(cancellationToken);
        var (shown, next) = page.Cut(rows, row => row.Id, FitOn(rows, row => row.HardwareMarks, MaxMarksOnPage));
        var ids = shown.Select(row => row.Id).ToList();
        var marks = (await db.TrialMarks
            .Where(mark => ids.Contains(mark.TrialId))
            .ToListAsync(cancellationToken))
            .ToLookup(mark => mark.TrialId, mark => mark.Mark);
        return ([.. shown.Select(row => row.ToRecord(marks[row.Id]))], next);
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

        var (shown, next) = page.Cut(rows, PositionOf, FitOn(rows, row => row.DeviceCount, MaxDevicesOnPage));
        var devices = await ListDevicesAsync(shown, cancellationToken);
        var trials = await db.ListTrialsAsync(shown.Select(row => row.TrialId), cancellationToken);
        return (
            [
                .. shown.Select(row => row.ToRecord(
                    devices[row.Id], row.TrialId is { } id ? trials.GetValueOrDefault(id) : null)),
            ],
            next);
    }

    /// <summary>How many of the rows have not too many parts for one page; one at least.</summary>
    private static int FitOn<T>(List<T> rows, Func<T, int> parts, int most)
    {
        var sum = 0;
        return Math.Max(1, rows.TakeWhile(row => (sum += parts(row)) <= most).Count());
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

    private static (EstateKind Kind, string Token) ReadToken(string token, EstateKind[] kinds)
    {
        if (token.Length == 0)
        {
            return (kinds[0], "");
        }

        var parts = token.Split('.', 2);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && kinds.Contains((EstateKind)number)
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
