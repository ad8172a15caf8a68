using System.CommandLine;
using Google.Protobuf;

namespace Entitlement.CommandLine.Rpc;

/// <summary>The id that lets a change be sent twice and happen once.</summary>
internal static class RequestId
{
    /// <summary>Repeats a call of another run: the same id and the same content give what that call made.</summary>
    public static Option<Guid?> Option { get; } = new("--request-id")
    {
        Description = "UUID of this change, to repeat a call whose outcome you do not know. [default: a new one]",
        HelpName = "UUID",
    };

    /// <summary>Gives a request that has room for an id a new one, unless it has one.</summary>
    public static void Ensure(IMessage request)
    {
        if (request.Descriptor.FindFieldByName("request_id") is { } field && field.Accessor.GetValue(request) is "")
        {
            field.Accessor.SetValue(request, Guid.NewGuid().ToString());
        }
    }

    public static string From(ParseResult parse) => parse.GetValue(Option)?.ToString() ?? "";
}
