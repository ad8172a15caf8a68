using Entitlement.CommandLine.Invocation;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Display;

/// <summary>Shows the one resource that an answer holds.</summary>
internal static class ResourceView
{
    public static ExitCode Show(Screen screen, IMessage answer)
    {
        var resource = ResourceOf(answer);
        if (screen.Field is { } name)
        {
            screen.WriteLine(FieldText.Value(resource, Find(resource.Descriptor, name)));
            return ExitCode.Ok;
        }

        if (screen.IsJson)
        {
            screen.WriteJson(answer);
            return ExitCode.Ok;
        }

        screen.WriteDetails(Lines(resource));
        if (answer.Descriptor.FindFieldByName("existed")?.Accessor.GetValue(answer) is true)
        {
            screen.Note("It existed before, by its external reference or from a call with this request id; nothing was changed.");
        }

        return ExitCode.Ok;
    }

    public static IEnumerable<(string Label, string Value)> Lines(IMessage resource) =>
        resource.Descriptor.Fields.InDeclarationOrder()
            .Select(field => (FieldText.Label(field.Name), FieldText.Value(resource, field)))
            .Where(line => line.Item2.Length > 0);

    /// <exception cref="CommandFailure">There is no such field; the message lists those that are.</exception>
    public static FieldDescriptor Find(MessageDescriptor type, string name) =>
        type.FindFieldByName(name)
        ?? throw CommandFailure.Usage(
            $"--field: a {type.Name} has no field '{name}'.",
            $"It has: {string.Join(", ", type.Fields.InDeclarationOrder().Select(field => field.Name))}.");

    // By the contract's shape an answer about one resource holds it in its only field of a message type, or one of several.
    private static IMessage ResourceOf(IMessage answer) =>
        answer.Descriptor.Fields.InDeclarationOrder()
            .Where(IsMessage)
            .Select(field => field.Accessor.GetValue(answer))
            .OfType<IMessage>()
            .SingleOrDefault()
        ?? throw new CommandFailure(
            ExitCode.Refused, "EMPTY_ANSWER", $"The service answered with an empty {answer.Descriptor.Name}: it is of another version than entitle.");

    private static bool IsMessage(FieldDescriptor field) => !field.IsRepeated && field.FieldType == FieldType.Message;
}
