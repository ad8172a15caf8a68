using System.Text;
using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Storage;
using Entitlement.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Entitlement.Formats.MachineComponentKind;
using static Entitlement.Server.Tests.Trials.TrialStory;
using static Entitlement.Testing.InstalledProduct;

namespace Entitlement.Server.Tests.Trials;

/// <summary>Who is the same machine, and so gets no second trial.</summary>
public sealed class MachineTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_installation_made_anew_goes_on_with_the_trial_of_its_machine(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        using var product = new InstalledProduct();
        var first = await story.TryAsync(product);
        clock.Advance(TimeSpan.FromDays(4));

        using var again = product.Reinstall();
        var second = await story.TryAsync(again);
        clock.Advance(TimeSpan.FromDays(6));
        using var late = product.Reinstall();
        var refusal = await RefusedAsync(() => story.TryAsync(late));

        Assert.NotEqual(first.Activation.Name, second.Activation.Name);
        Assert.Equal(first.Activation.Trial, second.Activation.Trial);
        Assert.Equal(Start + Length, ActivationStory.Read(second.LicenseFile).TrialUntil);
        Assert.Equal(("TRIAL_ENDED", first.Activation.Trial), (refusal.Reason(), refusal.Info().Metadata["trial"]));
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_machine_stays_the_same_while_its_parts_are_replaced_one_by_one(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database);
        await using var __ = story;
        using var before = Show((Board, "B-1"), (Disk, "D-1"), (Os, "O-1"));
        using var disk = Show((Board, "B-1"), (Disk, "D-2"), (Os, "O-2"));
        using var board = Show((Board, "B-2"), (Disk, "D-2"), (Os, "O-3"));
        using var other = Show((Board, "B-3"), (Disk, "D-3"), (Os, "O-1"));

        var first = await story.TryAsync(before);
        var second = await story.TryAsync(disk);
        var third = await story.TryAsync(board);
        var fourth = await story.TryAsync(other);

        Assert.Equal(
            [first.Activation.Trial, first.Activation.Trial], [second.Activation.Trial, third.Activation.Trial]);

        // It came from the same image of a disk, and is another machine.
        Assert.NotEqual(first.Activation.Trial, fourth.Activation.Trial);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_stays_the_same_whether_or_not_its_product_may_read_all_of_its_hardware(bool mayFirst)
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite);
        await using var __ = story;
        using var privileged = Show((Board, "B-1"), (Mac, "M-1"), (Os, "O-1"));
        using var unprivileged = Show((Mac, "M-1"), (Cpu, "C-1"));

        var first = await story.TryAsync(mayFirst ? privileged : unprivileged);
        var second = await story.TryAsync(mayFirst ? unprivileged : privileged);

        Assert.Equal(first.Activation.Trial, second.Activation.Trial);
    }

    [Fact]
    public async Task A_machine_that_shows_nothing_to_be_known_by_can_not_try()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite);
        await using var __ = story;
        using var product = Show((Cpu, "C-1"));
        var before = await story.SnapshotAsync();

        var refusal = await RefusedAsync(() => story.TryAsync(product));

        Assert.Equal(
            ("TRIAL_MACHINE_UNKNOWN", "board disk mac os tpm vm"),
            (refusal.Reason(), refusal.Info().Metadata["kinds"]));
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Of_many_installations_that_race_on_one_machine_all_get_the_one_trial(DatabaseKind database)
    {
        var (story, _) = await BeginAsync(database);
        await using var __ = story;
        using var one = new InstalledProduct();
        var products = Enumerable.Range(0, 12).Select(_ => one.Reinstall()).ToList();

        var answers = await Task.WhenAll(products.Select(story.TryAsync));

        var trial = Assert.Single(await story.ListTrialsAsync());
        Assert.All(answers, answer => Assert.Equal(trial.Name, answer.Activation.Trial));
        Assert.Equal(12, (await story.Host.ReadAsync(story.License)).MachinesHeld);
        Assert.Single(await story.RecordsAsync("trial.start"));
        products.ForEach(product => product.Dispose());
    }

    [Theory]
    [MemberData(nameof(Databases.Usual), MemberType = typeof(Databases))]
    public async Task A_trial_is_one_for_all_trial_licenses_of_a_product(DatabaseKind database)
    {
        var (story, clock) = await BeginAsync(database);
        await using var _ = story;
        var longer = await story.Host.CreateLicenseAsync(license =>
        {
            license.TrialDuration = new() { Seconds = 300 * 86_400 };
            license.MachineLimit = 5;
        });
        using var product = new InstalledProduct();
        var first = await story.TryAsync(product);
        clock.Advance(TimeSpan.FromDays(1));

        var second = await story.BuyAsync(longer, product);

        Assert.Equal(first.Activation.Trial, second.Activation.Trial);
        Assert.Equal(Start + Length, ActivationStory.Read(second.LicenseFile).TrialUntil);
        Assert.Empty(await story.ListTrialsAsync(parent: longer.Name));
    }

    [Fact]
    public async Task Only_hashes_of_the_machine_are_kept()
    {
        var (story, _) = await BeginAsync(DatabaseKind.Sqlite);
        await using var __ = story;
        const string Serial = "serial-number-4711-of-a-board";
        using var product = Show((Board, Serial), (Disk, $"{Serial}-disk"));
        await story.TryAsync(product);
        await using var scope = story.Host.Services.CreateAsyncScope();
        var marks = await scope.ServiceProvider.GetRequiredService<EntitlementDbContext>().TrialMarks.ToListAsync();
        await story.Host.StopAsync();
        SqliteConnection.ClearAllPools();

        var file = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(story.Host.DatabaseFile));

        Assert.Equal(
            new[] { product.PublicKey.Thumbprint, product.Components[Board][0], product.Components[Disk][0] }.Order(),
            marks.Select(mark => mark.Hash).Order());
        Assert.Contains("trial.start", file, StringComparison.Ordinal);
        Assert.DoesNotContain(Serial, file, StringComparison.Ordinal);
    }

    private static InstalledProduct Show(params (MachineComponentKind Kind, string Value)[] components) =>
        new() { Components = ComponentsOf(components) };
}
