using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using FieldMask = Google.Protobuf.WellKnownTypes.FieldMask;
using Stub = Entitlement.V1.AccountService.AccountServiceClient;

namespace Entitlement.CommandLine.Accounts;

/// <summary><c>entitle account …</c></summary>
internal static class AccountCommands
{
    public static Command Create() => new("account", "Open the accounts that own licenses")
    {
        CreateAccount(),
        ListAccounts(),
        GetAccount(),
        UpdateAccount(),
        MoveAccount(),
    };

    private static RpcCommand<CreateAccountRequest, CreateAccountResponse> CreateAccount()
    {
        var name = new Option<string>("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };
        var externalRef = new Option<string?>("--external-ref")
        {
            Description = "What another system, such as an ERP, calls it; creating one twice by the same reference gives the first.",
            HelpName = "TEXT",
        };
        var parent = ParentOption("The account right above it; left out for one at the top.");
        var number = new Option<string?>("--customer-number") { Description = "What the customer is called in the books.", HelpName = "TEXT" };
        var policy = PolicyOption();
        var contact = new ContactOptions();
        var command = new RpcCommand<CreateAccountRequest, CreateAccountResponse>(
            "create",
            "Open an account",
            Rpc(nameof(Stub.CreateAccount)),
            (parse, request) =>
            {
                request.Parent = ParentFrom(parse, parent);
                request.Account = new Account
                {
                    DisplayName = parse.GetRequiredValue(name),
                    ExternalRef = parse.GetValue(externalRef) ?? "",
                    CustomerNumber = parse.GetValue(number) ?? "",
                    Contact = contact.Read(parse),
                    Policy = parse.GetValue(policy),
                };
                request.RequestId = RequestId.From(parse);
            });
        Add(command, argument: null, [name, parent, externalRef, number, policy, .. contact.All, RequestId.Option]);
        return command;
    }

    private static ListCommand<ListAccountsRequest, ListAccountsResponse> ListAccounts()
    {
        var parent = ParentOption("Only those right below this account.");
        var number = new Option<string?>("--customer-number") { Description = "Only the one of this number.", HelpName = "TEXT" };
        return new ListCommand<ListAccountsRequest, ListAccountsResponse>(
            "list",
            "List the accounts that you may read, oldest first",
            Rpc(nameof(Stub.ListAccounts)),
            ["name", "display_name", "customer_number", "external_ref", "create_time"],
            (parse, request) =>
            {
                request.Parent = ParentFrom(parse, parent);
                request.CustomerNumber = parse.GetValue(number) ?? "";
            })
        { parent, number };
    }

    private static RpcCommand<GetAccountRequest, GetAccountResponse> GetAccount()
    {
        var name = new Argument<string>("NAME") { Description = "accounts/ID, or the id alone." };
        return new RpcCommand<GetAccountRequest, GetAccountResponse>(
            "get",
            "Show an account",
            Rpc(nameof(Stub.GetAccount)),
            (parse, request) => request.Name = ResourceNames.Complete("accounts", parse.GetRequiredValue(name)))
        { name };
    }

    private static RpcCommand<UpdateAccountRequest, UpdateAccountResponse> UpdateAccount()
    {
        var account = new Argument<string>("NAME") { Description = "accounts/ID, or the id alone." };
        var name = new Option<string?>("--name") { Description = "What people call it.", HelpName = "TEXT" };
        var policy = PolicyOption();
        var contact = new ContactOptions();
        var command = new RpcCommand<UpdateAccountRequest, UpdateAccountResponse>(
            "update",
            "Change an account's name, policy, or contact, whose parts that are left out become empty",
            Rpc(nameof(Stub.UpdateAccount)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("accounts", parse.GetRequiredValue(account));
                request.Account = new Account
                {
                    DisplayName = parse.GetValue(name) ?? "",
                    Contact = contact.Read(parse),
                    Policy = parse.GetValue(policy),
                };
                string?[] fields =
                [
                    parse.GetValue(name) is null ? null : "display_name",
                    request.Account.Contact is null ? null : "contact",
                    request.Account.Policy == AccountPolicy.Unspecified ? null : "policy",
                ];
                request.UpdateMask = new FieldMask { Paths = { fields.OfType<string>() } };
                request.RequestId = RequestId.From(parse);
            });
        Add(command, account, [name, policy, .. contact.All, RequestId.Option]);
        return command;
    }

    private static RpcCommand<MoveAccountRequest, MoveAccountResponse> MoveAccount()
    {
        var name = new Argument<string>("NAME") { Description = "accounts/ID, or the id alone." };
        var parent = ParentOption("The account right above it from now on; left out for the top.");
        return new RpcCommand<MoveAccountRequest, MoveAccountResponse>(
            "move",
            "Move an account, with all below it, below another one or to the top",
            Rpc(nameof(Stub.MoveAccount)),
            (parse, request) =>
            {
                request.Name = ResourceNames.Complete("accounts", parse.GetRequiredValue(name));
                request.Parent = ParentFrom(parse, parent);
                request.RequestId = RequestId.From(parse);
            })
        { name, parent, RequestId.Option };
    }

    private static void Add(Command command, Argument? argument, IEnumerable<Option> options)
    {
        if (argument is not null)
        {
            command.Add(argument);
        }

        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    private static Option<string?> ParentOption(string description) =>
        new("--parent") { Description = description, HelpName = "ACCOUNT" };

    private static string ParentFrom(ParseResult parse, Option<string?> option) =>
        parse.GetValue(option) is { Length: > 0 } parent ? ResourceNames.Complete("accounts", parent) : "";

    private static Option<AccountPolicy> PolicyOption() => new("--policy")
    {
        Description = "What its members may do without any role: GrantsOnly (nothing) or OpenUntilSupervised.",
        HelpName = "POLICY",
    };

    private static MethodDescriptor Rpc(string name) => AccountService.Descriptor.FindMethodByName(name);
}
