using System.CommandLine;
using System.Globalization;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Rpc;
using Stub = Entitlement.V1.UserService.UserServiceClient;

namespace Entitlement.CommandLine.Users;

/// <summary><c>entitle user create</c>: one by options, or up to a hundred from a file.</summary>
internal static class UserCreateCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "The full name.", HelpName = "TEXT" };
    private static readonly Option<string?> Email = new("--email") { Description = "The mail address.", HelpName = "ADDRESS" };
    private static readonly Option<string?> Phone = new("--phone") { Description = "A telephone number.", HelpName = "TEXT" };

    private static readonly Option<string?> ExternalRef = new("--external-ref")
    {
        Description = "What another system, such as an ERP, calls the person.",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Up to 100 people from a CSV file whose heading names name, email, phone and external_ref.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var account = UserCommands.Account("The account that gets them: accounts/ID, or the id alone. [default: people of the system]");
        return new RpcCommand<CreateUsersRequest, CreateUsersResponse>(
            "create",
            "Add people to an account or to the system; an address that somebody has becomes an invitation",
            UserCommands.Rpc(nameof(Stub.CreateUsers)),
            (parse, request) =>
            {
                request.Parent = UserCommands.ParentOf(parse.GetValue(account));
                request.Users.Add(ReadUsers(parse));
                request.RequestId = RequestId.From(parse);
            },
            Show)
        { account, Name, Email, Phone, ExternalRef, From, RequestId.Option };
    }

    private static List<User> ReadUsers(ParseResult parse)
    {
        var (name, email, file) = (parse.GetValue(Name), parse.GetValue(Email), parse.GetValue(From));
        if ((file is null) == (name is null && email is null))
        {
            throw CommandFailure.Usage("Give either --name and --email, or --from.");
        }

        return file is not null
            ? UserLines.ReadFile(file)
            : [
                new User
                {
                    DisplayName = name ?? "",
                    Email = email ?? "",
                    PhoneNumber = parse.GetValue(Phone) ?? "",
                    ExternalRef = parse.GetValue(ExternalRef) ?? "",
                },
            ];
    }

    /// <summary>A row for each; one that was refused makes the command fail, after all have been told.</summary>
    private static ExitCode Show(Screen screen, CreateUsersResponse answer)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else if (screen.Field is { } field)
        {
            foreach (var result in answer.Results.Where(result => result.User is not null))
            {
                screen.WriteLine(FieldText.Value(result.User, ResourceView.Find(User.Descriptor, field)));
            }
        }
        else
        {
            screen.WriteTable(["Place", "Outcome", "Name", "What to know"], answer.Results.Select(Row));
        }

        return answer.Results.Any(result => result.Refusal is not null) ? ExitCode.Refused : ExitCode.Ok;
    }

    private static string[] Row(CreateUserResult result, int index)
    {
        var place = (index + 1).ToString(CultureInfo.InvariantCulture);
        return result switch
        {
            { User: { } user } => [place, result.Existed ? "existed" : "created", user.Name, user.Email],
            { Invitation: { } invitation } =>
                [place, result.Existed ? "invited before" : "invited", invitation.Name, $"until {FieldText.Time(invitation.ExpireTime)}"],
            { Refusal: { } refusal } => [place, ReasonOf(refusal), "", refusal.Message],
            _ => [place, "", "", ""],
        };
    }

    private static string ReasonOf(Status refusal) =>
        refusal.Details.FirstOrDefault(detail => detail.Is(ErrorInfo.Descriptor))?.Unpack<ErrorInfo>().Reason ?? "refused";
}
