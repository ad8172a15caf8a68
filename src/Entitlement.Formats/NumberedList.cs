using System.Text.Json;

namespace Entitlement.Formats;

/// <summary>
/// What the claims of both kinds of revocation list have: a <c>number</c> that rises with each list, <c>iat</c>, when the
/// next one is due, and the list itself.
/// </summary>
internal readonly record struct NumberedList(long Number, DateTimeOffset IssueTime, DateTimeOffset DueTime)
{
    public delegate T ReadItems<T>(ref StrictJsonReader json);

    /// <param name="payload">The claims.</param>
    /// <param name="due">The member that says when the next list is due.</param>
    /// <param name="list">The member that holds the list.</param>
    /// <param name="readItems">Reads that.</param>
    /// <exception cref="FileFormatException">The first rule that the claims break.</exception>
    public static (NumberedList List, T Items) Read<T>(byte[] payload, string due, string list, ReadItems<T> readItems)
        where T : class
    {
        long? number = null;
        DateTimeOffset? issueTime = null, dueTime = null;
        T? items = null;
        string[] members = ["number", "iat", due, list];
        var json = new StrictJsonReader(payload, "payload", "");
        json.BeginObject();
        while (json.NextMember(members, out var member))
        {
            switch (member)
            {
                case "number":
                    number = json.ReadInteger(1, long.MaxValue);
                    break;
                case "iat":
                    issueTime = json.ReadInstant();
                    break;
                case var _ when member == due:
                    dueTime = json.ReadInstant();
                    break;
                case var _ when member == list:
                    items = readItems(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        json.End();
        var read = new NumberedList(
            StrictJsonValues.Required(number, "number"), StrictJsonValues.Required(issueTime, "iat"),
            StrictJsonValues.Required(dueTime, due));
        return (read, StrictJsonValues.Required(items, list));
    }

    /// <param name="due">As for <see cref="Read"/>.</param>
    /// <param name="list">As for <see cref="Read"/>.</param>
    /// <param name="writeItems">Writes what stands in the list.</param>
    public byte[] Write(string due, string list, Action<Utf8JsonWriter> writeItems)
    {
        var (number, issueTime, dueTime) = this;
        return JsonText.Write(json =>
        {
            json.WriteNumber("number", number);
            json.WriteNumber("iat", issueTime.ToUnixTimeSeconds());
            json.WriteNumber(due, dueTime.ToUnixTimeSeconds());
            json.WriteStartArray(list);
            writeItems(json);
            json.WriteEndArray();
        });
    }
}
