using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Entitlement.Server.Tests.Estate;

public class ImportTests
{
    private static readonly EstateRecord[] Small =
    [
        MovingIn.Product(),
        MovingIn.Account("C-1"),
        MovingIn.License("L-1", "C-1", license =>
        {
            license.MachineLimit = 2;
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 3 });
        }),
        MovingIn.Machine("M-1", "L-1", machine => machine.Devices.Add(new Device { Id = "cam-1", Feature = "camera" })),
    ];

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Creates_what_another_system_holds_and_finds_it_when_it_comes_again(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);

        var first = await moving.ImportAsync(Small);
        var again = await moving.ImportAsync(Small);

        Assert.All(first, result => Assert.Equal(ImportOutcome.Created, result.Outcome));
        Assert.All(again, result => Assert.Equal(ImportOutcome.Unchanged, result.Outcome));
        Assert.Equal(first.Select(result => result.Name), again.Select(result => result.Name));
        var license = await moving.ReadAsync(first[2].Name);
        Assert.Equal((1, 1, 25 + 4), (license.MachinesHeld, license.Features.Single().Held, license.Slc.Length));
        Assert.Equal(
            ["account.import", "activation.import", "license.import", "product.import"],
            (await moving.Shop.AuditAsync()).Select(record => record.Action).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_dry_run_says_what_would_become_of_each_and_changes_nothing(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        await moving.ImportAsync(Small[..2]);
        EstateRecord[] machines = [Small[3], MovingIn.Machine("M-2", "L-1"), MovingIn.Machine("M-3", "L-1"), MovingIn.Machine("M-4", "L-9")];

        var told = await moving.ImportAsync([Small[..2], [Small[2], Small[2]], machines, [Small[3]]], dryRun: true);
        var audit = await moving.Shop.AuditAsync();
        var done = await moving.ImportAsync([Small[..2], [Small[2], Small[2]], machines, [Small[3]]]);

        Assert.Equal(
            [
                ImportOutcome.Unchanged, ImportOutcome.Unchanged, ImportOutcome.Created, ImportOutcome.Unchanged,
                ImportOutcome.Created, ImportOutcome.Created, ImportOutcome.Refused, ImportOutcome.Refused,
                ImportOutcome.Unchanged,
            ],
            told.Select(result => result.Outcome));
        Assert.Equal(told.Select(result => result.Outcome), done.Select(result => result.Outcome));
        Assert.Equal(
            [("SEATS_EXHAUSTED", ""), ("REFERENCE_UNKNOWN", "activation.license_ref")], told.Skip(6).Take(2).Select(MovingIn.WhyNot));
        Assert.Equal(2, audit.Count);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Creates_nothing_twice_when_two_bring_the_same_at_once(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        EstateRecord[] records =
        [
            MovingIn.Product(),
            .. Enumerable.Range(0, 20).Select(i => MovingIn.Account($"C-{i}")),
            .. Enumerable.Range(0, 20).Select(i => MovingIn.License($"L-{i}", $"C-{i}")),
            .. Enumerable.Range(0, 20).Select(i => MovingIn.Machine($"M-{i}", $"L-{i}")),
        ];

        var both = await Task.WhenAll(moving.ImportAsync(records), moving.ImportAsync(records));

        Assert.All(both[0].Zip(both[1]), pair =>
        {
            Assert.Equal(pair.First.Name, pair.Second.Name);
            Assert.Equal(
                [ImportOutcome.Created, ImportOutcome.Unchanged], new[] { pair.First.Outcome, pair.Second.Outcome }.Order());
        });
        Assert.Equal(records.Length, (await moving.ExportAsync(pageSize: 1_000)).Count);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Goes_on_where_an_import_broke_off(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        EstateRecord[] first = [MovingIn.Product(), .. Enumerable.Range(0, 10).Select(i => MovingIn.Account($"C-{i}"))];
        EstateRecord[] second = [.. Enumerable.Range(0, 300).Select(i => MovingIn.License($"L-{i}", $"C-{i % 10}"))];
        using (var call = moving.Service.ImportEstate())
        {
            await call.RequestStream.WriteAsync(new ImportEstateRequest { Records = { first } });
            await call.ResponseStream.MoveNext(CancellationToken.None);
            await call.RequestStream.WriteAsync(new ImportEstateRequest { Records = { second } });
        }

        var results = await moving.ImportAsync([first, second]);

        Assert.All(results.Take(first.Length), result => Assert.Equal(ImportOutcome.Unchanged, result.Outcome));
        Assert.DoesNotContain(results, result => result.Outcome == ImportOutcome.Refused);
        Assert.Equal(300, (await moving.ExportAsync(pageSize: 1_000, EstateKind.License)).Count);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_each_wrong_record_for_its_field_and_takes_those_around_it(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        await moving.ImportAsync(Small);
        await moving.ImportAsync(MovingIn.Account("C-2"));
        var future = moving.Shop.Clock.GetUtcNow().AddDays(1).ToTimestamp();
        var wrong = Wrong(future).ToList();

        foreach (var dryRun in new[] { true, false })
        {
            foreach (var batch in wrong.Chunk(400))
            {
                var results = await moving.ImportAsync([[.. batch.Select(one => one.Record)]], dryRun);

                Assert.Equal(
                    batch.Select(one => (one.Reason, one.Field, one.Record.ToString())),
                    results.Zip(batch).Select(pair =>
                        (MovingIn.WhyNot(pair.First).Reason, MovingIn.WhyNot(pair.First).Field, pair.Second.Record.ToString())));
            }
        }

        var around = await moving.ImportAsync(wrong[0].Record, MovingIn.Account("C-3"), wrong[1].Record);
        Assert.Equal(
            [ImportOutcome.Refused, ImportOutcome.Created, ImportOutcome.Refused], around.Select(result => result.Outcome));
        Assert.Equal(6, (await moving.ExportAsync()).Count);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Never_takes_more_seats_than_there_are(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 6, license =>
        {
            license.MachineOverage = 1;
            license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4, Overage = 1 });
        });
        EstateRecord[] Machines(string prefix) => [.. Enumerable.Range(0, 10).Select(i => MovingIn.Machine(
            $"{prefix}-{i}", "L-1", machine =>
            {
                if (i % 2 == 0)
                {
                    machine.Devices.Add(new Device { Id = $"cam-{i}", Feature = "camera" });
                    machine.Devices.Add(new Device { Id = $"cam-{i}b", Feature = "camera" });
                }
            }))];

        var both = await Task.WhenAll(moving.ImportAsync(Machines("A")), moving.ImportAsync(Machines("B")));
        var now = await moving.ReadAsync(license.Name);
        var created = both.SelectMany(results => results).Count(result => result.Outcome == ImportOutcome.Created);

        Assert.Equal((7, 7), (created, now.MachinesHeld));
        Assert.InRange(now.Features.Single().Held, 0, 5);
        Assert.All(
            both.SelectMany(results => results).Where(result => result.Outcome != ImportOutcome.Created),
            result => Assert.Equal(("SEATS_EXHAUSTED", ""), MovingIn.WhyNot(result)));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Gives_the_last_seat_once_when_many_bring_a_machine_for_it_at_once(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(machines: 1);

        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            moving.ImportAsync(MovingIn.Machine($"M-{i}", "L-1"))));

        Assert.Single(results, result => result[0].Outcome == ImportOutcome.Created);
        Assert.Equal(1, (await moving.ReadAsync(license.Name)).MachinesHeld);
        Assert.Single(await moving.ExportAsync(kind: EstateKind.Activation));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_a_batch_that_is_empty_or_too_large(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);

        foreach (var size in new[] { 0, 501 })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => moving.ImportAsync(
                [.. Enumerable.Range(0, size).Select(i => MovingIn.Account($"C-{i}"))]));

            Assert.Equal(("INVALID_ARGUMENT", "records"), (refusal.Reason(), refusal.Info().Metadata["field"]));
        }

        Assert.Empty(await moving.ExportAsync());
    }

    private static IEnumerable<(string Reason, string Field, EstateRecord Record)> Wrong(Timestamp future)
    {
        const string Argument = "INVALID_ARGUMENT";
        const string Differs = "RECORD_DIFFERS";
        yield return (Argument, "record", new EstateRecord());
        yield return (Argument, "product.code", Product(product => product.Code = "No Code"));
        yield return (Argument, "product.name", Product(product => product.Name = "products/1"));
        yield return (Differs, "product.display_name", Product(product => product.DisplayName = "Another"));
        yield return (Differs, "product.name", Product(product => product.Name = $"products/{Guid.CreateVersion7()}"));
        yield return (Argument, "account.external_ref", MovingIn.Account(""));
        yield return (Argument, "account.external_ref", MovingIn.Account("C 9"));
        yield return (Argument, "account.display_name", MovingIn.Account("C-9", ""));
        yield return (Differs, "account.display_name", MovingIn.Account("C-1", "Another"));
        yield return (Argument, "account.name", Account(account => account.Name = $"accounts/{Guid.NewGuid()}"));
        yield return (Argument, "account.create_time", Account(account => account.CreateTime = future));
        yield return (Argument, "account.create_time", Account(account => account.CreateTime = new Timestamp { Seconds = -1 }));
        yield return (Argument, "license.external_ref", MovingIn.License("", "C-1"));
        yield return (Argument, "license.account_ref", MovingIn.License("L-9", ""));
        yield return (Argument, "license.account_ref", License(license => license.Account = $"accounts/{Guid.CreateVersion7()}"));
        yield return ("REFERENCE_UNKNOWN", "license.account_ref", MovingIn.License("L-9", "C-9"));
        yield return ("REFERENCE_UNKNOWN", "license.product_code", License(license => license.ProductCode = "acme-cam"));
        yield return (Argument, "license.machine_limit", License(license => license.MachineLimit = -1));
        yield return (Argument, "license.machine_match", License(license => license.MachineMatch = 8));
        yield return (Argument, "license.features[0].code", License(license => license.Features.Add(
            new FeatureLine { Code = "no code", Counts = FeatureCount.Device })));
        yield return (Argument, "license.suspend_time", License(license => license.SuspendTime = future));
        yield return (Argument, "license.revoke_time", License(license => license.RevokeTime = future));
        yield return ("SLC_MISTYPED", "", License(license => license.Slc = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"));
        yield return (Differs, "license.machine_limit", MovingIn.License("L-1", "C-1"));
        yield return ("EXTERNAL_REF_TAKEN", "", MovingIn.License("L-1", "C-2"));
        yield return (Argument, "activation.external_ref", MovingIn.Machine("", "L-1", machine => machine.MachineName = "a"));
        yield return (Argument, "activation.license_ref", MovingIn.Machine("M-9", ""));
        yield return ("REFERENCE_UNKNOWN", "activation.license_ref", MovingIn.Machine("M-9", "L-9"));
        yield return (Argument, "activation.machine_name", Machine(machine => machine.MachineName = ""));
        yield return (Argument, "activation.generation", Machine(machine => machine.Generation = 1));
        yield return (Argument, "activation.instance_thumbprint", Machine(machine => machine.InstanceThumbprint = "abc"));
        yield return (Argument, "activation.components[0].kind", Machine(machine => machine.Components.Add(new MachineComponent { Kind = "gpu" })));
        yield return (Argument, "activation.components[0].hashes", Machine(machine => machine.Components.Add(new MachineComponent { Kind = "mac" })));
        yield return (Argument, "activation.build_date", Machine(machine => machine.BuildDate = "1.1.2026"));
        yield return (Argument, "activation.devices[0].id", Machine(machine => machine.Devices.Add(new Device { Feature = "camera" })));
        yield return (Argument, "activation.devices", Machine(machine => machine.Devices.Add(
            [new Device { Id = "a", Feature = "camera" }, new Device { Id = "a", Feature = "camera" }])));
        yield return ("FEATURE_NOT_LICENSED", "", Machine(machine => machine.Devices.Add(new Device { Id = "a", Feature = "lens" })));
        yield return (Differs, "activation.machine_name", MovingIn.Machine("M-1", "L-1", machine => machine.MachineName = "another"));
    }

    private static EstateRecord Product(Action<EstateProduct> change) => Change(MovingIn.Product(), record => change(record.Product));

    private static EstateRecord Account(Action<EstateAccount> change) => Change(MovingIn.Account("C-9"), record => change(record.Account));

    private static EstateRecord License(Action<EstateLicense> change) => MovingIn.License("L-9", "C-1", change);

    private static EstateRecord Machine(Action<EstateActivation> change) => MovingIn.Machine("M-9", "L-1", change);

    private static EstateRecord Change(EstateRecord record, Action<EstateRecord> change)
    {
        change(record);
        return record;
    }
}
