using System.Collections;
using System.Globalization;
using Entitlement.CommandLine.Invocation;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace Entitlement.CommandLine.Display;

/// <summary>The fields of a message as people read them.</summary>
internal static class FieldText
{
    /// <summary><c>machine_limit</c> becomes <c>Machine limit</c>.</summary>
    public static string Label(string fieldName)
    {
        var words = fieldName.Replace('_', ' ');
        return words is "slc" ? "SLC" : string.Concat(char.ToUpperInvariant(words[0]).ToString(), words.AsSpan(1));
    }

    /// <summary>Empty when the field is unset.</summary>
    public static string Value(IMessage message, FieldDescriptor field)
    {
        var value = field.Accessor.GetValue(message);
        return field.IsRepeated
            ? string.Join("; ", ((IEnumerable)value).Cast<object>().Select(item => Text(item, field)))
            : value is null ? "" : Text(value, field);
    }

    /// <summary><c>2026-11-22 10:00:00Z</c>: always UTC, and said so.</summary>
    public static string Time(Timestamp time) =>
        time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(object value, FieldDescriptor field) => value switch
    {
        Timestamp time => Time(time),
        Duration duration => Durations.Text(duration.ToTimeSpan()),
        IMessage nested => string.Join(", ", nested.Descriptor.Fields.InDeclarationOrder()
            .Select(part => (part.Name, Text: Value(nested, part)))
            .Where(part => part.Text.Length > 0)
            .Select(part => $"{part.Name.Replace('_', ' ')} {part.Text}")),
        ByteString bytes => string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes"),
        bool flag => flag ? "yes" : "no",
        Enum => EnumText(field.EnumType, Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary><c>LICENSE_STATE_ACTIVE</c> becomes <c>active</c>, the unspecified value nothing.</summary>
    public static string EnumText(EnumDescriptor type, int number)
    {
        if (number == 0)
        {
            return "";
        }

        var name = type.FindValueByNumber(number)?.Name ?? number.ToString(CultureInfo.InvariantCulture);
        var prefix = type.FindValueByNumber(0).Name[..^"UNSPECIFIED".Length];
        return (name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name).Replace('_', '-').ToLowerInvariant();
    }
}
