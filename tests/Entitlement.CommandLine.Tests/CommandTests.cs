using System.Reflection;
using Entitlement.CommandLine.Rpc;

namespace Entitlement.CommandLine.Tests;

/// <summary>
/// What <c>entitle</c> sends and shows, a story for each part of it. All stories share a server, each has accounts of its own.
/// </summary>
public sealed partial class CommandTests(Shell shell) : IClassFixture<Shell>
{
    /// <summary>A command that nobody ever ran is one that may send nonsense: each was run here, and did what it should.</summary>
    [Fact]
    public async Task Each_command_that_calls_the_service_is_run_by_one_of_these_stories()
    {
        var stories = typeof(CommandTests).GetMethods()
            .Where(method => method.IsDefined(typeof(FactAttribute)))
            .Where(method => method.Name != nameof(Each_command_that_calls_the_service_is_run_by_one_of_these_stories));
        foreach (var story in stories)
        {
            await (Task)story.Invoke(this, parameters: null)!;
        }

        var commands = All(Entitle.CreateRoot()).OfType<IRpcCommand>().Select(command => command.Rpc.FullName);
        Assert.Empty(commands.Except(shell.Called, StringComparer.Ordinal));
    }

    private static IEnumerable<System.CommandLine.Command> All(System.CommandLine.Command command) =>
        command.Subcommands.SelectMany(All).Prepend(command);

    private Task<string> NewAccountAsync(string name) => shell.FieldAsync("name", "account create --name", name);

    private Task<string> NewProductAsync(string code) =>
        shell.FieldAsync("name", $"product create --code {code} --name", "Acme CAD");

    private Task<string> NewLicenseAsync(string account, string product, string options = "--machines 3") =>
        shell.FieldAsync("name", $"license create --account {account} --product {product} {options}");

    private Task<string> NewUserAsync(string account, string email) =>
        shell.FieldAsync("name", $"user create --account {account} --email {email} --name", "Ann Lee");
}
