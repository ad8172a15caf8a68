using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.FaultHost;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.EndToEnd.Tests.Crash;

/// <summary>
/// The server dies at the first step of a call, then at the second, and so on to its reply: whichever step it is, the same
/// call again finds everything as if nothing had been. Each death takes a start of the server, so that only a long run
/// looks at every step; the essential ones are looked at always.
/// </summary>
public sealed class FaultTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ENTITLEMENT_TEST_LONG") == "1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Steps that must be among those at which it died.</summary>
    private static readonly string[] Essential =
        ["Received#1", "CommandExecuted#1", "TransactionCommitting#1", "TransactionCommitted#1", "AboutToAnswer#1"];

    /// <summary>The last row of a transaction: all the others are written, and none is committed.</summary>
    private const string EssentialOnSqlite = "LicensesRow#1";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Takes_one_seat_and_gives_one_file_whichever_step_of_an_activation_it_dies_at(DatabaseKind database)
    {
        await using var deployment = await Deployment.StartAsync(database, Repository.FaultProgram);
        var service = deployment.Services[0];
        var estate = await Estate.CreateForAsync(service, InstalledProduct.Code, "--machines", "1000");
        var seats = 0;

        var deaths = await DieAtEachStepAsync(service, client =>
        {
            using var product = new InstalledProduct();
            var request = new ActivateRequest { LicenseRequest = product.Sign(product.Ask(estate.Slc)) };
            return Task.FromResult(new Attempt(options => TrailersAsync(client.ActivateAsync(request, options)), async () =>
            {
                var answer = await client.ActivateAsync(request, Options());
                var again = await client.ActivateAsync(request, Options());

                Assert.Equal(1, answer.Activation.Generation);
                Assert.Equal(answer.LicenseFile, again.LicenseFile);
                Assert.True(again.RepeatedAnswer);
                Assert.Equal(++seats, await SeatsAsync(service, estate.License));
            }));
        });

        Assert.Empty(Essential.Except(deaths, StringComparer.Ordinal));
        Assert.Equal(database == DatabaseKind.Sqlite, deaths.Contains(EssentialOnSqlite));
    }

    [Fact]
    public async Task Frees_one_seat_whichever_step_of_a_return_it_dies_at()
    {
        await using var deployment = await Deployment.StartAsync(DatabaseKind.Sqlite, Repository.FaultProgram);
        var service = deployment.Services[0];
        var estate = await Estate.CreateForAsync(service, InstalledProduct.Code, "--machines", "1000");

        var deaths = await DieAtEachStepAsync(service, async client =>
        {
            using var product = new InstalledProduct();
            var activate = new ActivateRequest { LicenseRequest = product.Sign(product.Ask(estate.Slc)) };
            var activation = (await client.ActivateAsync(activate, Options())).Activation.Name;
            var receipt = new DeactivateRequest { ReturnReceipt = product.Return(activation) };
            return new Attempt(options => TrailersAsync(client.DeactivateAsync(receipt, options)), async () =>
            {
                var ended = await client.DeactivateAsync(receipt, Options());
                var again = await client.DeactivateAsync(receipt, Options());

                Assert.Equal(ActivationEnd.Returned, ended.Activation.End);
                Assert.Equal(ended.Activation.EndTime, again.Activation.EndTime);
                Assert.Equal(0, await SeatsAsync(service, estate.License));
            });
        });

        Assert.Empty(Essential.Except(deaths, StringComparer.Ordinal));
        Assert.Contains(EssentialOnSqlite, deaths);
    }

    /// <returns>The steps at which the server died.</returns>
    private static async Task<IReadOnlyList<string>> DieAtEachStepAsync(
        Service service, Func<ActivationService.ActivationServiceClient, Task<Attempt>> prepare)
    {
        using var channel = service.OpenChannel();
        var client = new ActivationService.ActivationServiceClient(channel);
        var alive = await prepare(client);
        var steps = (await alive.Call(Options(FaultNames.Ask))).GetValue(FaultNames.Trailer)!.Split(',');
        await alive.Afterwards();

        var deaths = new List<string>();
        foreach (var step in steps.Where(step => IsLong || step == EssentialOnSqlite || Essential.Contains(step, StringComparer.Ordinal)))
        {
            var attempt = await prepare(client);
            try
            {
                await attempt.Call(Options(step));
            }
            catch (RpcException lost) when (!lost.IsByService() && lost.StatusCode != StatusCode.DeadlineExceeded)
            {
                deaths.Add(step);
                await service.WaitForEndAsync();
                await service.StartAsync();
            }

            await attempt.Afterwards();
        }

        return deaths;
    }

    private static async Task<Metadata> TrailersAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            await call.ResponseAsync;
            return call.GetTrailers();
        }
    }

    private static CallOptions Options(string? faultStep = null)
    {
        var headers = new Metadata();
        if (faultStep is not null)
        {
            headers.Add(FaultNames.Header, faultStep);
        }

        return new CallOptions(headers, Service.Deadline(Patience)).WithWaitForReady();
    }

    /// <summary>How many seats the license counts, after checking that as many activations stand.</summary>
    private static async Task<int> SeatsAsync(Service service, string license)
    {
        using var channel = service.OpenChannel();
        var headers = await service.CredentialsAsync();
        var sold = await new LicenseService.LicenseServiceClient(channel).GetLicenseAsync(
            new GetLicenseRequest { Name = license }, headers);
        var standing = await new ActivationService.ActivationServiceClient(channel).ListActivationsAsync(
            new ListActivationsRequest { Parent = license }, headers);
        Assert.Equal(sold.License.MachinesHeld, standing.Activations.Count);
        return standing.Activations.Count;
    }

    /// <summary>A call that nobody made before, and what must hold once it was made again.</summary>
    private sealed record Attempt(Func<CallOptions, Task<Metadata>> Call, Func<Task> Afterwards);
}
