using Entitlement.Server.Tests.Estate;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using static Entitlement.Server.Tests.Trials.TrialStory;

namespace Entitlement.Server.Tests.Trials;

/// <summary>Trials that move to another service: nobody gets a second one there.</summary>
public sealed class MovingTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_machine_goes_on_with_its_trial_at_the_new_service(DatabaseKind database)
    {
        await using var old = await MovingIn.BeginAsync(database);
        var license = await old.SellAsync(3, ForTrial);
        var before = await old.ActivateAsync(license, _product);
        using var other = new InstalledProduct();
        await old.ActivateAsync(license, other);
        var exported = await old.ExportAsync();

        await using var anew = await MovingIn.BeginAsync(database);
        var rehearsed = await anew.ImportAsync(exported.Chunk(2), dryRun: true);
        var imported = await anew.ImportAsync(exported.Chunk(2));
        var again = await anew.ImportAsync(exported.Chunk(500));
        using var installed = _product.Reinstall();
        var after = await anew.ActivateAsync(license, installed);

        Assert.Equal(
            ["Product", "Account", "License", "Trial", "Trial", "Activation", "Activation"],
            exported.Select(record => $"{record.RecordCase}"));
        Assert.All(
            rehearsed.Concat(imported),
            result => Assert.Equal((ImportOutcome.Created, null), (result.Outcome, result.Refusal)));
        Assert.All(again, result => Assert.Equal(ImportOutcome.Unchanged, result.Outcome));
        Assert.Equal(
            (before.Activation.Trial, before.Activation.TrialEndTime),
            (after.Activation.Trial, after.Activation.TrialEndTime));
        Assert.Equal(exported.SkipLast(2), (await anew.ExportAsync()).Take(5).Select(WithoutNewKey));

        EstateRecord WithoutNewKey(EstateRecord record)
        {
            record.Trial?.InstanceThumbprints.Remove(installed.PublicKey.Thumbprint);
            return record;
        }
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_trial_of_another_system_is_known_by_what_its_machine_shows(DatabaseKind database)
    {
        await using var moving = await MovingIn.BeginAsync(database);
        var license = await moving.SellAsync(3, ForTrial);
        var ended = Ended(moving, _product);

        var first = await moving.ImportAsync(ended, ended);
        var refusal = await RefusedAsync(() => moving.ActivateAsync(license, _product));
        ended.Trial.EndTime = moving.Shop.Clock.GetUtcNow().ToTimestamp();
        var differs = await moving.ImportAsync(ended);

        Assert.Equal([ImportOutcome.Created, ImportOutcome.Unchanged], first.Select(result => result.Outcome));
        Assert.Equal(("TRIAL_ENDED", first[0].Name), (refusal.Reason(), refusal.Info().Metadata["trial"]));
        Assert.Equal("RECORD_DIFFERS", MovingIn.WhyNot(differs[0]).Reason);
    }

    [Fact]
    public async Task A_trial_that_does_not_fit_together_is_refused()
    {
        await using var moving = await MovingIn.BeginAsync(DatabaseKind.Sqlite);
        await moving.SellAsync(1, ForTrial);
        await moving.ImportAsync(MovingIn.License("L-2", "C-1"));
        (string Field, Action<EstateTrial> Break)[] cases =
        [
            ("trial.license", trial => trial.LicenseRef = "L-2"),
            ("trial.start_time", trial => trial.StartTime = null),
            ("trial.start_time", trial => trial.StartTime = moving.Shop.Clock.GetUtcNow().AddDays(1).ToTimestamp()),
            ("trial.end_time", trial => trial.EndTime = trial.StartTime),
            ("trial.extensions", trial => trial.Extensions = -1),
            ("trial.components", trial => trial.Components.Clear()),
            ("trial.components", trial => trial.Components[0].Kind = "cpu"),
            ("trial.components[0].kind", trial => trial.Components[0].Kind = "gpu"),
            ("trial.instance_thumbprints", trial => trial.InstanceThumbprints.Add("abc")),
            ("trial.license_ref", trial => trial.License = "accounts/x"),
        ];

        var results = await moving.ImportAsync([.. cases.Select(one =>
        {
            var record = Ended(moving, _product);
            one.Break(record.Trial);
            return record;
        })]);

        Assert.Equal(cases.Select(one => ("INVALID_ARGUMENT", one.Field)), results.Select(MovingIn.WhyNot));
    }

    [Fact]
    public async Task An_activation_names_a_trial_that_was_imported_before_it()
    {
        await using var moving = await MovingIn.BeginAsync(DatabaseKind.Sqlite);
        var license = await moving.SellAsync(2, ForTrial);
        var trial = await moving.ImportAsync(Ended(moving, _product));

        var results = await moving.ImportAsync(
            MovingIn.Machine("M-1", "L-1", machine => machine.Trial = trial[0].Name),
            MovingIn.Machine(
                "M-2", "L-1", machine => machine.Trial = $"{license.Name}/trials/{Guid.CreateVersion7()}"));

        Assert.Equal(ImportOutcome.Created, results[0].Outcome);
        Assert.Equal(("REFERENCE_UNKNOWN", "activation.trial"), MovingIn.WhyNot(results[1]));
        var shown = await new ActivationService.ActivationServiceClient(moving.Shop.Host.Administrator)
            .GetActivationAsync(new GetActivationRequest { Name = results[0].Name });
        Assert.Equal(trial[0].Name, shown.Activation.Trial);
    }

    private static void ForTrial(EstateLicense license) => license.TrialDuration = Length.ToDuration();

    private static EstateRecord Ended(MovingIn moving, InstalledProduct product)
    {
        var now = moving.Shop.Clock.GetUtcNow();
        var trial = new EstateTrial
        {
            LicenseRef = "L-1",
            MachineName = "press-7",
            StartTime = now.AddDays(-20).ToTimestamp(),
            EndTime = now.AddDays(-10).ToTimestamp(),
        };
        trial.Components.AddRange(MovingIn.ComponentsOf(product));
        return new EstateRecord { Trial = trial };
    }
}
