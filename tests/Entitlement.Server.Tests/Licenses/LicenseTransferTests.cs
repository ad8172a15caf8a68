using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Licenses;

public sealed class LicenseTransferTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_goes_with_all_that_hangs_on_it(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var file = _product.Sign(Request(story));
        var before = await story.ActivateAsync(file);
        await story.ReportAsync(Report(before.Activation.Name, sequence: 1));
        var account = await NewAccountAsync(story);
        var rows = await story.SnapshotAsync();

        var moved = await TransferAsync(story, account);

        Assert.Equal($"{account}/licenses/{IdOf(story.License.Name)}", moved.Name);
        Assert.Equal((1, story.License.Slc), (moved.MachinesHeld, moved.Slc));
        Assert.Equal(2, moved.Features.Single(line => line.Code == "render").Held);
        Assert.Equal(CountRows(rows) + 2, CountRows(await story.SnapshotAsync()));
        var activation = await story.ReadAsync(NameIn(account, before.Activation.Name));
        Assert.Equal("cam-1", Assert.Single(activation.Devices).Id);
        Assert.Equal(2, Assert.Single(activation.Leases).Quantity);
        Assert.NotNull(activation.LastReport);

        var again = await story.ActivateAsync(file);
        Assert.Equal((before.LicenseFile, true), (again.LicenseFile, again.RepeatedAnswer));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Machines_go_on_under_the_old_name_and_learn_of_the_new_holder_by_their_next_file(
        DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var before = await story.ActivateAsync(_product.Sign(Request(story)));
        var account = await NewAccountAsync(story);
        await TransferAsync(story, account);

        var reported = await story.ReportAsync(Report(before.Activation.Name, sequence: 1));
        var refreshed = await story.RefreshAsync(_product.Sign(Request(story) with
        {
            Operation = LicenseRequestOperation.Refresh,
            Generation = 1,
        }));
        var returned = await story.ReturnAsync(_product.Return(before.Activation.Name, generation: 2));

        Assert.Equal(ActivationState.InForce, reported.State);
        var claims = ActivationStory.Read(refreshed.LicenseFile);
        Assert.Equal((account, 2), (claims.Account, claims.Generation));
        Assert.Equal(NameIn(account, before.Activation.Name), claims.Subject);
        Assert.Equal((claims.Subject, false), (returned.Activation.Name, returned.AlreadyEnded));
        Assert.Equal(0, (await ReadAsync(story, $"{account}/licenses/{IdOf(story.License.Name)}")).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Both_accounts_have_it_on_record_and_the_former_one_has_no_license_any_more(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var (from, to) = (AccountOf(story.License.Name), await NewAccountAsync(story));

        var moved = await TransferAsync(story, to);

        var old = Assert.Single(await AuditAsync(story, from), record => record.Action == "license.transfer");
        var young = Assert.Single(await AuditAsync(story, to));
        Assert.Equal((story.License.Name, moved.Name), (old.Resource, young.Resource));
        Assert.Equal(("license.receive", "Sold to the works."), (young.Action, young.Reason));
        Assert.Equal(old.Details, young.Details);
        Assert.Contains(story.License.Name, young.Details, StringComparison.Ordinal);
        var gone = await Refusals.OfAsync(() => ReadAsync(story, story.License.Name));
        Assert.Equal("NOT_FOUND", gone?.Reason());
        Assert.Empty((await Licenses(story).ListLicensesAsync(new ListLicensesRequest { Parent = from })).Licenses);
        Assert.Equal(moved.Name, Assert.Single(
            (await Licenses(story).ListLicensesAsync(new ListLicensesRequest { Parent = to })).Licenses).Name);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_transfer_again_changes_nothing_and_one_to_the_same_account_is_refused(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var account = await NewAccountAsync(story);
        var requestId = $"{Guid.NewGuid()}";
        var first = await TransferAsync(story, account, requestId: requestId);
        var before = await story.SnapshotAsync();

        var again = await TransferAsync(story, account, requestId: requestId);
        var same = await Refusals.OfAsync(() => TransferAsync(story, account, first.Name));
        var nowhere = await Refusals.OfAsync(() => TransferAsync(story, $"accounts/{Guid.NewGuid()}", first.Name));
        var gone = await Refusals.OfAsync(() => TransferAsync(story, account));

        Assert.Equal(first, again);
        Assert.Equal(("INVALID_ARGUMENT", "account"), (same?.Reason(), same?.Info().Metadata["field"]));
        Assert.Equal("NOT_FOUND", nowhere?.Reason());
        Assert.Equal("NOT_FOUND", gone?.Reason());
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Of_transfers_that_race_each_license_goes_to_one_account(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        await story.ActivateAsync(_product.Sign(Request(story)));
        var accounts = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            accounts.Add(await NewAccountAsync(story));
        }

        var refusals = await Task.WhenAll(
            accounts.Select(account => Refusals.OfAsync(() => TransferAsync(story, account))));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.All(refusals.OfType<RpcException>(), refusal => Assert.Equal("NOT_FOUND", refusal.Reason()));
        var all = (await Licenses(story).ListLicensesAsync(new ListLicensesRequest { Parent = "accounts/-" })).Licenses;
        Assert.Equal(AccountOf(Assert.Single(all).Name), accounts[Array.IndexOf(refusals, null)]);
        Assert.Equal(1, all[0].MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Machines_that_activate_report_and_return_while_it_moves_lose_nothing(DatabaseKind database)
    {
        await using var story = await BeginAsync(database);
        var standing = await story.ActivateAsync(_product.Sign(Request(story)));
        using var leaving = new InstalledProduct();
        var left = await story.ActivateAsync(leaving.Sign(leaving.Ask(story.License.Slc)));
        var products = Enumerable.Range(0, 6).Select(_ => new InstalledProduct()).ToList();
        var account = await NewAccountAsync(story);

        var arrivals = products
            .Select(product => story.ActivateAsync(product.Sign(product.Ask(story.License.Slc))))
            .ToList();
        var transfer = TransferAsync(story, account);
        var report = story.ReportAsync(Report(standing.Activation.Name, sequence: 1));
        var returned = story.ReturnAsync(leaving.Return(left.Activation.Name));
        await Task.WhenAll(transfer, Task.WhenAll(arrivals), report, returned);

        var moved = await ReadAsync(story, (await transfer).Name);
        Assert.Equal(7, moved.MachinesHeld);
        Assert.Equal(2, moved.Features.Single(line => line.Code == "render").Held);
        var listed = (await new ActivationService.ActivationServiceClient(story.Host.Administrator)
            .ListActivationsAsync(new ListActivationsRequest { Parent = moved.Name, ShowEnded = true })).Activations;
        Assert.Equal(8, listed.Count);
        Assert.NotNull((await story.ReadAsync(NameIn(account, standing.Activation.Name))).LastReport);
        products.ForEach(product => product.Dispose());
    }

    [Fact]
    public async Task One_that_goes_on_and_comes_back_is_found_under_every_name_that_its_machine_may_know()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        var home = AccountOf(story.License.Name);
        var activation = (await story.ActivateAsync(_product.Sign(Request(story)))).Activation.Name;
        string[] accounts = [await NewAccountAsync(story), await NewAccountAsync(story)];
        var name = story.License.Name;
        var sequence = 0;
        foreach (var account in (string[])[accounts[0], accounts[1], home, accounts[1]])
        {
            name = (await TransferAsync(story, account, name)).Name;
            foreach (var told in (string[])[activation, NameIn(account, activation)])
            {
                Assert.Equal(ActivationState.InForce, (await story.ReportAsync(Report(told, ++sequence))).State);
            }
        }

        var never = await Refusals.OfAsync(() => story.ReportAsync(
            Report(NameIn($"accounts/{Guid.NewGuid()}", activation), ++sequence)));
        Assert.Equal("NOT_FOUND", never?.Reason());
    }

    [Fact]
    public async Task Files_of_before_are_revoked_under_the_name_that_they_bear()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        var activation = (await story.ActivateAsync(_product.Sign(Request(story)))).Activation.Name;
        var moved = await TransferAsync(story, await NewAccountAsync(story));
        await Licenses(story).RevokeLicenseAsync(new RevokeLicenseRequest { Name = moved.Name, Reason = "Stolen." });

        var answer = await new KeyService.KeyServiceClient(story.Host.Anonymous)
            .GetRevocationListAsync(new GetRevocationListRequest());

        var list = RevokedActivationList.Inspect(answer.RevocationList.Span);
        Assert.Equal(1, list.Activations[activation]);
        Assert.Equal(1, list.Activations[NameIn(AccountOf(moved.Name), activation)]);
        var back = await Refusals.OfAsync(() => TransferAsync(story, AccountOf(story.License.Name), moved.Name));
        Assert.Equal("LICENSE_REVOKED", back?.Reason());
    }

    [Fact]
    public async Task Its_external_reference_and_its_releases_go_with_it()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite, license =>
            (license.ExternalRef, license.ReleaseLimit) = ("SO-10042", 1));
        var activation = (await story.ActivateAsync(_product.Sign(Request(story)))).Activation.Name;
        await story.ReleaseAsync(activation);
        var account = await NewAccountAsync(story);
        var moved = await TransferAsync(story, account);

        var found = await Licenses(story).CreateLicenseAsync(new CreateLicenseRequest
        {
            Parent = account,
            License = new License { Product = moved.Product, ExternalRef = "SO-10042" },
        });
        await story.ActivateAsync(_product.Sign(Request(story)));
        var released = await Refusals.OfAsync(() => story.ReleaseAsync(NameIn(account, activation)));

        Assert.Equal((moved.Name, true), (found.License.Name, found.Existed));
        Assert.Equal("RELEASE_LIMIT_REACHED", released?.Reason());
    }

    [Fact]
    public async Task What_waits_for_an_approval_waits_on_in_the_new_account()
    {
        await using var story = await ApprovalStory.BeginAsync(DatabaseKind.Sqlite);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        await story.ParkAsync(file);
        var moved = await TransferAsync(story, await NewAccountAsync(story));

        var parked = Assert.Single(await story.ListParkedAsync(moved.Name));

        Assert.Equal(parked.Name, await story.ParkAsync(file));
        Assert.Equal((await story.ApproveAsync(parked.Name)).LicenseFile, (await story.ActivateAsync(file)).LicenseFile);
    }

    [Fact]
    public async Task The_trail_still_has_a_record_of_every_file()
    {
        await using var story = await BeginAsync(DatabaseKind.Sqlite);
        await story.ActivateAsync(_product.Sign(Request(story)));
        await TransferAsync(story, await NewAccountAsync(story));
        await story.RefreshAsync(_product.Sign(Request(story) with
        {
            Operation = LicenseRequestOperation.Refresh,
            Generation = 1,
        }));

        var records = await story.RecordsAsync("activation.");

        Assert.Equal(["activation.create", "activation.issue"], records.Select(record => record.Action));
        Assert.Equal(IdOf(records[0].Resource), IdOf(records[1].Resource));
        Assert.NotEqual(records[0].AccountId, records[1].AccountId);
    }

    private static Task<ActivationStory> BeginAsync(DatabaseKind database, Action<License>? change = null) =>
        ActivationStory.BeginAsync(database, license =>
        {
            license.MachineLimit = 8;
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 2 });
            license.Features.Add(new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 2 });
            change?.Invoke(license);
        });

    private LicenseRequest Request(ActivationStory story) =>
        _product.Ask(story.License.Slc) with { Devices = [new RequestedDevice("cam-1", "camera")] };

    private ReportStatusRequest Report(string activation, long sequence) => _product.Report(
        activation,
        sequence,
        new StatusReport { Generation = 1, Leases = { new LeaseWish { Feature = "render", Quantity = 2 } } });

    private static async Task<License> TransferAsync(
        ActivationStory story, string account, string? license = null, string requestId = "") =>
        (await Licenses(story).TransferLicenseAsync(new TransferLicenseRequest
        {
            Name = license ?? story.License.Name,
            Account = account,
            Reason = "Sold to the works.",
            RequestId = requestId,
        })).License;

    private static LicenseService.LicenseServiceClient Licenses(ActivationStory story) => new(story.Host.Administrator);

    private static async Task<License> ReadAsync(ActivationStory story, string name) =>
        (await Licenses(story).GetLicenseAsync(new GetLicenseRequest { Name = name })).License;

    private static async Task<string> NewAccountAsync(ActivationStory story) =>
        (await new AccountService.AccountServiceClient(story.Host.Administrator).CreateAccountAsync(
            new CreateAccountRequest { Account = new Account { DisplayName = "Other Works" } })).Account.Name;

    private static async Task<List<AuditRecord>> AuditAsync(ActivationStory story, string account)
    {
        var page = await new AuditService.AuditServiceClient(story.Host.Administrator).ListAuditRecordsAsync(
            new ListAuditRecordsRequest { Parent = account });
        return [.. page.Records.Where(record => record.Action != "account.create")];
    }

    private static string AccountOf(string license) =>
        license[..license.IndexOf("/licenses/", StringComparison.Ordinal)];

    private static string IdOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static string NameIn(string account, string name) =>
        account + name[name.IndexOf("/licenses/", StringComparison.Ordinal)..];

    /// <summary>All that a snapshot tells; a transfer adds nothing but its two audit records.</summary>
    private static int CountRows(string snapshot) => snapshot
        .Split("rows ")[1].Split(' ').Sum(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
}
