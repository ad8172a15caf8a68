using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Tests.Audit;

/// <summary>What can't be recorded is not done.</summary>
public class NotRecordedTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refuses_every_change_of_which_the_database_takes_no_record(DatabaseKind database)
    {
        await using var trail = await Trail.BeginAsync(database);
        var license = await trail.Host.CreateLicenseAsync(license => license.MachineLimit = 3);
        var suspended = await trail.Host.CreateLicenseAsync();
        using var product = new InstalledProduct();
        using var newcomer = new InstalledProduct();
        var activation = (await trail.ActivateAsync(license, product)).Activation.Name;
        var calls = Calls(trail.Host.Administrator, license, suspended, activation, product, newcomer);
        await new LicenseService.LicenseServiceClient(trail.Host.Administrator).SuspendLicenseAsync(
            new SuspendLicenseRequest { Name = suspended.Name, Reason = "Unpaid." });
        var before = await SnapshotAsync(trail);
        await using var refusal = await Refusal.OfInsertsAsync(trail.Engine, database, "AuditRecords");

        var answers = new List<(string Call, string Reason, StatusCode Code)>();
        foreach (var (name, call) in calls)
        {
            var answer = await Assert.ThrowsAsync<RpcException>(call);
            answers.Add((name, answer.Reason(), answer.StatusCode));
        }

        Assert.Equal(calls.Select(call => (call.Name, "AUDIT_RECORD_REFUSED", StatusCode.Internal)), answers);
        Assert.Equal(before, await SnapshotAsync(trail));
        Assert.Equal(calls.Count, trail.Host.Logs.Lines.Count(line => line.EventId == 1203));

        await refusal.DisposeAsync();
        foreach (var (_, call) in calls)
        {
            await call();
        }

        // What was halted can be resumed; that, too, only on record.
        var resume = new ResumeIssuingRequest { Reason = "It did not." };
        var keys = new KeyService.KeyServiceClient(trail.Host.Administrator);
        await using var again = await Refusal.OfInsertsAsync(trail.Engine, database, "AuditRecords");
        Assert.Equal("AUDIT_RECORD_REFUSED", (await Shop.RefusedAsync(keys.ResumeIssuingAsync(resume))).Reason());
        await again.DisposeAsync();
        await keys.ResumeIssuingAsync(resume);
    }

    /// <summary>One of each kind, in an order in which all of them can succeed.</summary>
    private static List<(string Name, Func<Task> Call)> Calls(
        ChannelBase channel, License license, License suspended, string activation, InstalledProduct product, InstalledProduct newcomer)
    {
        var (products, accounts) = (new ProductService.ProductServiceClient(channel), new AccountService.AccountServiceClient(channel));
        var (licenses, activations) = (new LicenseService.LicenseServiceClient(channel), new ActivationService.ActivationServiceClient(channel));
        var keys = new KeyService.KeyServiceClient(channel);
        var account = license.Name[..license.Name.IndexOf("/licenses", StringComparison.Ordinal)];
        var update = new UpdateLicenseRequest
        {
            Name = license.Name,
            License = new License { MachineLimit = 9 },
            UpdateMask = new() { Paths = { "machine_limit" } },
            Reason = "Sold more.",
        };
        return
        [
            ("CreateProduct", async () => await products.CreateProductAsync(
                new CreateProductRequest { Product = new Product { Code = "other", DisplayName = "Other" } })),
            ("CreateAccount", async () => await accounts.CreateAccountAsync(
                new CreateAccountRequest { Account = new Account { DisplayName = "Other" } })),
            ("CreateLicense", async () => await licenses.CreateLicenseAsync(
                new CreateLicenseRequest { Parent = account, License = new License { Product = license.Product } })),
            ("UpdateLicense", async () => await licenses.UpdateLicenseAsync(update)),
            ("ReinstateLicense", async () => await licenses.ReinstateLicenseAsync(
                new ReinstateLicenseRequest { Name = suspended.Name, Reason = "Paid." })),
            ("Activate", async () => await activations.ActivateAsync(
                new ActivateRequest { LicenseRequest = newcomer.Sign(newcomer.Ask(license.Slc)) })),
            ("Activate", async () => await activations.ActivateAsync(
                new ActivateRequest { LicenseRequest = product.Sign(product.Ask(license.Slc)) })),
            ("RefreshLicense", async () => await activations.RefreshLicenseAsync(
                new RefreshLicenseRequest { LicenseRequest = product.Sign(product.Ask(license.Slc) with { Operation = Formats.LicenseRequestOperation.Refresh }) })),
            ("ReleaseActivation", async () => await activations.ReleaseActivationAsync(
                new ReleaseActivationRequest { Name = activation, Reason = "Dead." })),
            ("Activate", async () => await activations.ActivateAsync(
                new ActivateRequest { LicenseRequest = product.Sign(product.Ask(license.Slc)) })),
            ("Deactivate", async () => await activations.DeactivateAsync(
                new DeactivateRequest { ReturnReceipt = product.Return(activation, generation: 10) })),
            ("SuspendLicense", async () => await licenses.SuspendLicenseAsync(
                new SuspendLicenseRequest { Name = license.Name, Reason = "Unpaid." })),
            ("HaltIssuing", async () => await keys.HaltIssuingAsync(new HaltIssuingRequest { Reason = "A key leaked." })),
            ("RevokeLicense", async () => await licenses.RevokeLicenseAsync(
                new RevokeLicenseRequest { Name = license.Name, Reason = "Over." })),
        ];
    }

    /// <summary>How many rows each table has, and what the licenses say.</summary>
    private static Task<string> SnapshotAsync(Trail trail) => trail.ReadAsync(async db =>
    {
        int[] rows =
        [
            await db.Products.CountAsync(), await db.Accounts.CountAsync(), await db.Licenses.CountAsync(),
            await db.Activations.CountAsync(), await db.IssuedFiles.CountAsync(), await db.AnsweredRequests.CountAsync(),
            await db.AuditRecords.CountAsync(), await db.IdempotencyRecords.CountAsync(), await db.SeatReleases.CountAsync(),
        ];
        var licenses = await db.Licenses.OrderBy(license => license.Id)
            .Select(license => $"{license.MachinesHeld} {license.MachineLimit} {license.SuspendTime} {license.RevokeTime}")
            .ToListAsync();
        return $"{string.Join(' ', rows)} {string.Join(' ', licenses)}";
    });
}
