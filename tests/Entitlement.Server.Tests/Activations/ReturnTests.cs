using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public sealed class ReturnTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_receipt_gives_back_the_seats_of_the_machine_and_of_its_devices(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, OneCamera);
        using var next = new InstalledProduct();
        var activation = await ActivateAsync(story, _product);

        var answer = await story.ReturnAsync(_product.Return(activation.Name));

        Assert.False(answer.AlreadyEnded);
        Assert.Equal(ActivationEnd.Returned, answer.Activation.End);
        Assert.NotNull(answer.Activation.EndTime);
        Assert.Empty(answer.Activation.Devices);
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal((0, 0), (license.MachinesHeld, license.Features[0].Held));
        Assert.Equal(1, (await ActivateAsync(story, next)).DeviceCount);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_same_receipt_many_times_at_once_and_again_later_gives_the_seat_back_once(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, license => license.MachineLimit = 2);
        using var other = new InstalledProduct();
        await story.ActivateAsync(other.Sign(other.Ask(story.License.Slc)));
        var activation = (await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)))).Activation;
        var receipt = _product.Return(activation.Name);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => story.ReturnAsync(receipt)));
        var later = await story.ReturnAsync(receipt);

        Assert.Single(answers, answer => !answer.AlreadyEnded);
        Assert.True(later.AlreadyEnded);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_machine_that_comes_back_takes_a_seat_again_and_its_generations_go_on(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database, OneCamera);
        var first = await ActivateAsync(story, _product);
        var receipt = _product.Return(first.Name);
        await story.ReturnAsync(receipt);

        var again = await ActivateAsync(story, _product);
        var late = await story.ReturnAsync(receipt);

        Assert.Equal((first.Name, 2, ActivationEnd.Unspecified), (again.Name, again.Generation, again.End));
        Assert.True(late.AlreadyEnded);
        Assert.Null(late.Activation.EndTime);
        var license = await story.Host.ReadAsync(story.License);
        Assert.Equal((1, 1), (license.MachinesHeld, license.Features[0].Held));
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_receipt_counts_also_when_the_answer_with_a_newer_file_was_lost(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var activation = await ActivateAsync(story, _product);
        await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc) with { Generation = 1 }));

        var answer = await story.ReturnAsync(_product.Return(activation.Name, generation: 1));

        Assert.False(answer.AlreadyEnded);
        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_request_that_was_answered_is_told_what_became_of_its_activation(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var file = _product.Sign(_product.Ask(story.License.Slc));
        var activation = (await story.ActivateAsync(file)).Activation;
        await story.ReturnAsync(_product.Return(activation.Name));
        var before = await story.SnapshotAsync();

        var refusal = await story.RefusedAsync(file);
        var preview = await story.PreviewAsync(file);

        Assert.Equal(("ACTIVATION_ENDED", StatusCode.FailedPrecondition), (refusal.Reason(), refusal.StatusCode));
        Assert.Equal((activation.Name, "RETURNED"), (refusal.Info().Metadata["activation"], refusal.Info().Metadata["end"]));
        Assert.Equal(PreviewOutcome.Refused, preview.Outcome);
        Assert.Equal(before, await story.SnapshotAsync());
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_license_that_is_not_in_force_takes_seats_back(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        var activation = await ActivateAsync(story, _product);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" });

        await story.ReturnAsync(_product.Return(activation.Name));

        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_receipt_of_another_key_is_answered_as_if_the_activation_did_not_exist()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        using var thief = new InstalledProduct();
        var activation = await ActivateAsync(story, _product);

        var foreign = await ReturnRefusedAsync(story, thief.Return(activation.Name));
        var missing = await ReturnRefusedAsync(story, thief.Return($"{story.License.Name}/activations/{Guid.NewGuid()}"));

        Assert.Equal(("NOT_FOUND", StatusCode.NotFound), (foreign.Reason(), foreign.StatusCode));
        Assert.Equal(("NOT_FOUND", StatusCode.NotFound), (missing.Reason(), missing.StatusCode));
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_file_that_is_no_receipt_is_refused_with_the_rule_that_it_breaks()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);

        var refusal = await ReturnRefusedAsync(story, _product.Sign(_product.Ask(story.License.Slc)));
        var name = await ReturnRefusedAsync(story, _product.Return("activations/1"));

        Assert.Equal(("RETURN_RECEIPT_INVALID", StatusCode.InvalidArgument), (refusal.Reason(), refusal.StatusCode));
        Assert.Equal(("WRONG_TYPE", "header.typ"), (refusal.Info().Metadata["code"], refusal.Info().Metadata["member"]));
        Assert.Equal("return_receipt.sub", name.Info().Metadata["field"]);
    }

    [Fact]
    public async Task Credentials_that_are_wrong_are_not_made_up_for_by_a_receipt()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var activation = await ActivateAsync(story, _product);

        var refusal = await Assert.ThrowsAsync<RpcException>(() =>
            new ActivationService.ActivationServiceClient(story.Host.Anonymous).DeactivateAsync(
                new DeactivateRequest { ReturnReceipt = _product.Return(activation.Name) },
                new Metadata { { "authorization", "Bearer nonsense" } }).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    private static Task<RpcException> ReturnRefusedAsync(ActivationStory story, ByteString receipt) =>
        Assert.ThrowsAsync<RpcException>(() => story.ReturnAsync(receipt));

    private static async Task<Activation> ActivateAsync(ActivationStory story, InstalledProduct product)
    {
        RequestedDevice[] devices = story.License.Features.Count > 0 ? [new RequestedDevice("cam-1", "camera")] : [];
        return (await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc) with { Devices = [.. devices] }))).Activation;
    }

    private static void OneCamera(License license) =>
        license.Features.Add(new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 1 });
}
