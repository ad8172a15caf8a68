using System.CommandLine;
using Entitlement.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>Whoever has a shell can do all that the API can.</summary>
public sealed class RpcCoverageTests
{
    [Fact]
    public void Has_a_command_for_each_rpc_of_the_contract()
    {
        // One RPC may have two verbs, such as to show and to hide.
        var called = All(Entitle.CreateRoot()).OfType<IRpcCommand>().Select(command => command.Rpc.FullName).Distinct(StringComparer.Ordinal);

        Assert.Equal(Contract().Order(StringComparer.Ordinal), called.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Says_what_each_command_and_option_is_for()
    {
        var commands = All(Entitle.CreateRoot()).ToList();

        Assert.All(commands, command => Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name));
        Assert.All(
            commands.SelectMany(command => command.Options),
            option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    // Of every file of the package, whatever is added: a service of a file that nobody listed would still be found.
    private static IEnumerable<string> Contract() =>
        typeof(ProductService).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(ProductService).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => (FileDescriptor)type.GetProperty("Descriptor")!.GetValue(obj: null)!)
            .Append(HealthReflection.Descriptor)
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .Select(method => method.FullName);
}
