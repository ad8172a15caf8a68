using Entitlement.Domain.Accounts;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Products;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Storage.Directories;
using Entitlement.Storage.Writing;

namespace Entitlement.Storage.Tests;

/// <summary>Rows as the domain makes them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static byte[] Thumbprint(int number) =>
        [.. Enumerable.Repeat((byte)number, 28), .. BitConverter.GetBytes(number)];

    public static MachineFacts Machine(int number, params Device[] devices) => new()
    {
        Thumbprint = Thumbprint(number),
        MachineName = $"machine-{number}",
        Components = "{}",
        Product = "acme-cad",
        ProductVersion = "1.0",
        BuildDate = new DateOnly(2026, 1, 1),
        Generation = 0,
        Devices = devices,
    };

    /// <summary>Makes the activation of a machine as its first license file would.</summary>
    public static Activation Activate(License license, MachineFacts machine) => ActivationPlan
        .Make(license, [], recorded: null, standingDevices: [], machine)
        .Carry(TimeSpan.FromDays(30), Now);

    /// <summary>Makes the trial of a machine as its first license file would.</summary>
    public static (Trial Trial, TrialMark Mark) Try(License sold, string board)
    {
        var terms = new LicenseTerms { TrialDuration = TimeSpan.FromDays(10) };
        var (license, _) = License.Create(new(sold.AccountId), new(sold.ProductId), terms, Now);
        var hash = MachineComponents.Hash("acme-cad", MachineComponentKind.Board, board);
        var trial = TrialPlan.Make([new MachineMark(TrialMarkKind.Board, hash)], []);
        var plan = ActivationPlan.Make(license, [], recorded: null, standingDevices: [], Machine(1), trial: trial);
        plan.Carry(TimeSpan.FromDays(30), Now);
        return (plan.CarriedTrial!.Trial, plan.CarriedTrial.NewMarks[0]);
    }

    /// <summary>Writes an account and a license of a new product.</summary>
    public static Task<License> AddLicenseAsync(
        this Writer writer, int machineLimit = 1, params FeatureTerms[] features) => writer.RunAsync(
            async (db, cancellationToken) =>
            {
                var account = Account.Open(new NewAccount { DisplayName = "Acme" }, Now);
                var product = Product.Define($"p{Guid.NewGuid():N}", "CAD", Now);
                db.AddRange(account, product);
                await db.SaveChangesAsync(cancellationToken);

                var terms = new LicenseTerms { MachineLimit = machineLimit, Features = features };
                var (license, lines) = License.Create(account.Name, product.Name, terms, Now);
                db.Add(license);
                db.AddRange(lines);
                db.Add(SlcEntry.For(license));
                return license;
            },
            CancellationToken.None);

    public static Task AddAsync(this Writer writer, params object[] rows) => writer.RunAsync(
        (db, _) =>
        {
            db.AddRange(rows);
            return Task.FromResult(true);
        },
        CancellationToken.None);
}
