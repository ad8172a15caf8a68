using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Option = System.CommandLine.Option;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user update</c></summary>
internal static class UserUpdateCommand
{
    private static readonly Argument<string> Name = UserCommands.Name();
    private static readonly Option<string> DisplayName = new("--name") { Description = "The full name.", HelpName = "TEXT" };
    private static readonly Option<string> Email = new("--email") { Description = "The mail address.", HelpName = "ADDRESS" };

    private static readonly Option<string> Phone = new("--phone")
    {
        Description = "The telephone number; an empty one takes it away.",
        HelpName = "TEXT",
    };

    private static readonly Option<bool> Enabled = new("--enabled")
    {
        Description = "Whether the person may call at all: true or false.",
        HelpName = "BOOL",
        Arity = ArgumentArity.ExactlyOne,
    };

    private static readonly Option<string> Primary = new("--primary-account")
    {
        Description = "The account in which the person acts when nothing else is said: accounts/ID, or the id alone.",
        HelpName = "NAME",
    };

    private static readonly (Option Option, string Field, Action<ParseResult, User> Set)[] Fields =
    [
        (DisplayName, "display_name", (parse, user) => user.DisplayName = parse.GetValue(DisplayName) ?? ""),
        (Email, "email", (parse, user) => user.Email = parse.GetValue(Email) ?? ""),
        (Phone, "phone_number", (parse, user) => user.PhoneNumber = parse.GetValue(Phone) ?? ""),
        (Enabled, "is_enabled", (parse, user) => user.IsEnabled = parse.GetValue(Enabled)),
        (Primary, "primary_account", (parse, user) => user.PrimaryAccount = UserCommands.ParentOf(parse.GetValue(Primary))),
    ];

    public static Command Create()
    {
        var command = new RpcCommand<UpdateUserRequest, UpdateUserResponse>(
            "update", "Change a person", UserCommands.Rpc(nameof(Stub.UpdateUser)), Fill)
        { Name, RequestId.Option };
        foreach (var (option, _, _) in Fields)
        {
            command.Options.Add(option);
        }

        return command;
    }

    private static void Fill(ParseResult parse, UpdateUserRequest request)
    {
        request.Name = ResourceNames.Complete("users", parse.GetRequiredValue(Name));
        request.RequestId = RequestId.From(parse);
        request.User = new User();
        request.UpdateMask = new FieldMask();
        foreach (var (option, field, set) in Fields)
        {
            if (parse.GetResult(option) is not null)
            {
                set(parse, request.User);
                request.UpdateMask.Paths.Add(field);
            }
        }
    }
}
