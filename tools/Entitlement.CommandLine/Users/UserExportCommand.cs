using System.CommandLine;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user export</c>: all that is kept of a person, a JSON object on each line.</summary>
internal sealed class UserExportCommand : Command, IRpcCommand
{
    public UserExportCommand()
        : base("export", "Print all that the service keeps of a person, a JSON object on each line")
    {
        var name = UserCommands.Name();
        Arguments.Add(name);
        SetAction(async (parse, cancellation) =>
        {
            var screen = Screen.Of(parse);
            using var connection = Connection.Open(parse);
            var request = new ExportUserRequest { Name = ResourceNames.Complete("users", parse.GetRequiredValue(name)) };
            await foreach (var part in connection.Stream<ExportUserRequest, ExportUserResponse>(Rpc, request, cancellation))
            {
                screen.WriteLine(part.Json);
            }

            return (int)ExitCode.Ok;
        });
    }

    public MethodDescriptor Rpc { get; } = UserCommands.Rpc(nameof(Stub.ExportUser));
}
