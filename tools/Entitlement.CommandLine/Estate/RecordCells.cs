using System.Collections;
using System.Globalization;
using System.Text.Json;
using Entitlement.CommandLine.Display;
using Entitlement.CommandLine.Invocation;
using Entitlement.CommandLine.Licenses;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.CommandLine.Estate;

/// <summary>
/// Records as cells of a table. A column bears the name of a field; times are written as the options of a command take
/// them, feature lines too (with a space between two), and other lists and contacts as JSON.
/// </summary>
internal static class RecordCells
{
    public const string KindColumn = "kind";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>What records are called, in the order in which an import takes them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["product", "account", "license", "trial", "activation"];

    /// <summary>The columns that records of a kind fill.</summary>
    public static IEnumerable<string> Columns(string kind) =>
        TypeOf(kind).Fields.InDeclarationOrder().Select(field => field.Name);

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="values">Column and cell; empty cells say nothing.</param>
    /// <exception cref="NotARecordException">A cell is not what its column is for.</exception>
    public static EstateRecord Read(string kind, IEnumerable<(string Column, string Cell)> values)
    {
        if (!Kinds.Contains(kind, StringComparer.Ordinal))
        {
            throw new NotARecordException($"kind: '{kind}' is none of {string.Join(", ", Kinds)}.");
        }

        var record = new EstateRecord();
        var holder = EstateRecord.Descriptor.FindFieldByName(kind);
        var part = holder.MessageType.Parser.ParseFrom(ByteString.Empty);
        foreach (var (column, cell) in values.Where(value => value.Cell.Length > 0 && value.Column != KindColumn))
        {
            var field = part.Descriptor.FindFieldByName(column)
                ?? throw new NotARecordException(
                    $"{column}: a record of kind {kind} has no such field; leave the cell empty.");
            Set(part, field, cell);
        }

        holder.Accessor.SetValue(record, part);
        return record;
    }

    /// <summary>The cell of each column; empty where the record has no such field, or it is unset.</summary>
    public static IEnumerable<string> Write(EstateRecord record, IEnumerable<string> columns)
    {
        var kind = KindOf(record);
        var part = (IMessage)EstateRecord.Descriptor.FindFieldByName(kind).Accessor.GetValue(record);
        return columns.Select(column => column == KindColumn ? kind
            : part.Descriptor.FindFieldByName(column) is { } field ? Text(part, field)
            : "");
    }

    public static string KindOf(EstateRecord record) =>
        EstateRecord.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(record)!.Name;

    private static MessageDescriptor TypeOf(string kind) => EstateRecord.Descriptor.FindFieldByName(kind).MessageType;

    private static void Set(IMessage part, FieldDescriptor field, string cell)
    {
        if (field.IsRepeated || (field.FieldType == FieldType.Message && field.MessageType == ContactDetails.Descriptor))
        {
            Add(part, field, cell);
            return;
        }

        field.Accessor.SetValue(part, field.FieldType switch
        {
            FieldType.String => cell,
            FieldType.Int32 => ReadNumber(field, cell),
            FieldType.Bool => ReadBool(field, cell),
            FieldType.Enum => ReadEnum(field, cell),
            _ when field.MessageType == Duration.Descriptor => ReadDuration(field, cell),
            _ => ReadTime(field, cell),
        });
    }

    private static void Add(IMessage part, FieldDescriptor field, string cell)
    {
        if (field.FieldType == FieldType.Message && field.MessageType == FeatureLine.Descriptor)
        {
            var list = (IList)field.Accessor.GetValue(part);
            foreach (var text in cell.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                list.Add(FeatureLines.ParseLine(text, ofEstate: true) ?? throw new NotARecordException(
                    $"{field.Name}: '{text}' is no feature line. Write CODE:license, CODE:device:4 (or 2/4 for 2 chosen of 4) or "
                    + "CODE:lease:5+1:30m, and a space between two."));
            }

            return;
        }

        try
        {
            part.MergeFrom(JsonParser.Default.Parse($"{{\"{field.JsonName}\":{cell}}}", part.Descriptor).ToByteString());
        }
        catch (Exception cause) when (cause is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new NotARecordException($"{field.Name}: is not the JSON that it must be: {cause.Message}");
        }
    }

    private static int ReadNumber(FieldDescriptor field, string cell) =>
        int.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new NotARecordException($"{field.Name}: '{cell}' is no whole number.");

    private static bool ReadBool(FieldDescriptor field, string cell) => cell.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "1" => true,
        "FALSE" or "NO" or "0" => false,
        _ => throw new NotARecordException($"{field.Name}: '{cell}' is neither true nor false."),
    };

    private static int ReadEnum(FieldDescriptor field, string cell) => field.EnumType.Values
        .Where(value => value.Number != 0)
        .Where(value => value.Name == cell || FieldText.EnumText(field.EnumType, value.Number) == cell)
        .Select(value => (int?)value.Number)
        .SingleOrDefault()
        ?? throw new NotARecordException($"{field.Name}: '{cell}' is none of {string.Join(", ", field.EnumType.Values
            .Where(value => value.Number != 0)
            .Select(value => FieldText.EnumText(field.EnumType, value.Number)))}.");

    private static Duration ReadDuration(FieldDescriptor field, string cell) => Durations.TryParse(cell, out var time)
        ? Duration.FromTimeSpan(time)
        : throw new NotARecordException($"{field.Name}: '{cell}' is no time. Write 30d.");

    private static Timestamp ReadTime(FieldDescriptor field, string cell) => Durations.TryParseTime(cell, out var time)
        ? Timestamp.FromDateTimeOffset(time)
        : throw new NotARecordException(
            $"{field.Name}: '{cell}' is no date. Write 2027-01-31 (its first moment in UTC) or 2027-01-31T12:00:00Z.");

    private static string Text(IMessage part, FieldDescriptor field)
    {
        var value = field.HasPresence && !field.Accessor.HasValue(part) ? null : field.Accessor.GetValue(part);
        return value switch
        {
            null => "",
            IList { Count: 0 } => "",
            IList<string> list => $"[{string.Join(',', list.Select(text => $"\"{JsonEncodedText.Encode(text)}\""))}]",
            IList list when field.MessageType == FeatureLine.Descriptor =>
                string.Join(' ', list.Cast<FeatureLine>().Select(FeatureLines.Text)),
            IList list => $"[{string.Join(',', list.Cast<IMessage>().Select(item => JsonFormatter.Default.Format(item)))}]",
            Duration time => Durations.Text(time.ToTimeSpan()),
            Timestamp time => time.ToDateTimeOffset().ToString(TimeFormat, CultureInfo.InvariantCulture),
            ContactDetails contact => JsonFormatter.Default.Format(contact),
            bool flag => flag ? "true" : "",
            System.Enum => FieldText.EnumText(field.EnumType, Convert.ToInt32(value, CultureInfo.InvariantCulture)),
            int number => number == 0 && !field.HasPresence ? "" : number.ToString(CultureInfo.InvariantCulture),
            _ => (string)value,
        };
    }
}
