using System.Reflection;
using Entitlement.CommandLine.Access;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;

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
        await TellAllAsync();

        var commands = Commands.OfType<IRpcCommand>().Select(command => command.Rpc.FullName);
        Assert.Empty(commands.Except(shell.Called, StringComparer.Ordinal));
    }

    /// <summary>
    /// Seen by the clock of access and not by a list: whoever adds a way to take access away has it here. Those that need no
    /// permission are about what the caller signs in with, which is then no more there to ask with.
    /// </summary>
    [Fact]
    public async Task Each_command_that_was_seen_to_change_access_can_wait_until_that_counts_everywhere()
    {
        await TellAllAsync();

        var waiting = Commands.Where(command => command.Options.Contains(AccessWait.Option))
            .Select(command => ((IRpcCommand)command).Rpc.FullName)
            .Distinct(StringComparer.Ordinal);
        var changing = shell.Changing
            .Where(rpc => rpc.GetOptions().GetExtension(AuthorizationExtensions.Requires).Permission != Permission.None)
            .Select(rpc => rpc.FullName);
        Assert.Equal(changing.Order(StringComparer.Ordinal), waiting.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<System.CommandLine.Command> Commands => All(Entitle.CreateRoot());

    private static IEnumerable<System.CommandLine.Command> All(System.CommandLine.Command command) =>
        command.Subcommands.SelectMany(All).Prepend(command);

    private async Task TellAllAsync()
    {
        var stories = typeof(CommandTests).GetMethods()
            .Where(method => method.IsDefined(typeof(FactAttribute)))
            .Where(method => !method.Name.StartsWith("Each_command_", StringComparison.Ordinal));
        foreach (var story in stories)
        {
            await (Task)story.Invoke(this, parameters: null)!;
        }
    }

    private Task<string> NewAccountAsync(string name) => shell.FieldAsync("name", "account create --name", name);

    private Task<string> NewProductAsync(string code) =>
        shell.FieldAsync("name", $"product create --code {code} --name", "Acme CAD");

    private Task<string> NewLicenseAsync(string account, string product, string options = "--machines 3") =>
        shell.FieldAsync("name", $"license create --account {account} --product {product} {options}");

    private Task<string> NewUserAsync(string account, string email) =>
        shell.FieldAsync("name", $"user create --account {account} --email {email} --name", "Ann Lee");
}
