using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
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
    };

    private static RpcCommand<CreateAccountRequest, CreateAccountResponse> CreateAccount()
    {
        var name = new Option<string>("--name") { Description = "What people call it.", HelpName = "TEXT", Required = true };
        var externalRef = new Option<string?>("--external-ref")
        {
            Description = "What another system, such as an ERP, calls it; creating one twice by the same reference gives the first.",
            HelpName = "TEXT",
        };
        return new RpcCommand<CreateAccountRequest, CreateAccountResponse>(
            "create",
            "Open an account",
            Rpc(nameof(Stub.CreateAccount)),
            (parse, request) =>
            {
                request.Account = new Account
                {
                    DisplayName = parse.GetRequiredValue(name),
                    ExternalRef = parse.GetValue(externalRef) ?? "",
                };
                request.RequestId = RequestId.From(parse);
            })
        { name, externalRef, RequestId.Option };
    }

    private static ListCommand<ListAccountsRequest, ListAccountsResponse> ListAccounts() =>
        new(
            "list",
            "List the accounts, oldest first",
            Rpc(nameof(Stub.ListAccounts)),
            ["name", "display_name", "external_ref", "create_time"]);

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

    private static MethodDescriptor Rpc(string name) => AccountService.Descriptor.FindMethodByName(name);
}
