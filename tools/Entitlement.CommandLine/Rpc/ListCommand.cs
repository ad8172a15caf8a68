using System.Collections;
using System.CommandLine;
using System.Globalization;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Rpc;

/// <summary>Follows a list over its pages, and shows the chosen fields of each item as a row.</summary>
internal sealed class ListCommand<TRequest, TResponse> : RpcCommand<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private const int MaxPageSize = 1_000;

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most items to list.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 1_000,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var limit) && limit < 1)
                {
                    result.AddError("--limit must be 1 or more.");
                }
            },
        },
    };

    /// <param name="name">What the command is called.</param>
    /// <param name="description">What it does.</param>
    /// <param name="rpc">The list RPC.</param>
    /// <param name="columns">Names of the fields to show of each item.</param>
    /// <param name="fill">Fills the request but for its paging fields.</param>
    public ListCommand(
        string name, string description, MethodDescriptor rpc, string[] columns, Action<ParseResult, TRequest>? fill = null)
        : base(name, description, rpc, fill ?? ((_, _) => { }), (screen, answer) => Show(screen, answer, columns)) =>
        Options.Add(Limit);

    protected override async Task<TResponse> CallAsync(
        Connection connection, TRequest request, ParseResult parse, CancellationToken cancellation)
    {
        var missing = parse.GetValue(Limit);
        var all = new TResponse();
        var next = all.Descriptor.FindFieldByName("next_page_token");
        do
        {
            request.Descriptor.FindFieldByName("page_size").Accessor.SetValue(request, Math.Min(missing, MaxPageSize));
            request.Descriptor.FindFieldByName("page_token").Accessor.SetValue(request, next.Accessor.GetValue(all));
            var page = await base.CallAsync(connection, request, parse, cancellation);
            all.MergeFrom(page);
            // Merging keeps the old token where the last page has none.
            next.Accessor.SetValue(all, next.Accessor.GetValue(page));
            missing -= Items(page).Count;
        }
        while (missing > 0 && next.Accessor.GetValue(all) is not "");

        return all;
    }

    private static ExitCode Show(Screen screen, TResponse answer, string[] columns)
    {
        var items = Items(answer).Cast<IMessage>().ToList();
        var type = ItemField(answer).MessageType;
        if (screen.Field is { } name)
        {
            var field = ResourceView.Find(type, name);
            items.ForEach(item => screen.WriteLine(FieldText.Value(item, field)));
        }
        else if (screen.IsJson)
        {
            screen.WriteJson(answer);
        }
        else
        {
            var fields = columns.Select(type.FindFieldByName).ToList();
            screen.WriteTable(
                [.. fields.Select(field => FieldText.Label(field.Name))],
                items.Select(item => fields.Select(field => FieldText.Value(item, field)).ToList()));
        }

        if (answer.Descriptor.FindFieldByName("next_page_token").Accessor.GetValue(answer) is not "")
        {
            screen.Note($"There are more than these {items.Count}: raise --limit.");
        }

        return ExitCode.Ok;
    }

    private static FieldDescriptor ItemField(TResponse answer) =>
        answer.Descriptor.Fields.InDeclarationOrder().Single(field => field.IsRepeated);

    private static IList Items(TResponse answer) => (IList)ItemField(answer).Accessor.GetValue(answer);
}
