using System.Text.Json;
using System.Text.Unicode;

namespace Entitlement.Formats;

/// <summary>
/// Reads JSON forward only and refuses by member and rule. Written by hand over <see cref="Utf8JsonReader"/> because
/// the serializer tells a duplicate, a depth or a length only in the text of its exception, and counts a list after
/// it has read all of it.
/// </summary>
/// <remarks>
/// Nesting: the outermost object is level 1 and every object or list inside another is one more, so the list of one
/// kind in <c>machine.components</c> stands at level 4, the last that is allowed. Lengths of strings are counted in
/// UTF-16 code units, so that a string that passes fits a column of that length in every database. Control characters
/// (U+0000 to U+001F, U+007F to U+009F) are refused in strings, also when escaped: no value here is more than one
/// line of text.
/// </remarks>
internal ref struct StrictJsonReader
{
    public const int MaxDepth = 4;
    public const int MaxStringLength = 256;
    private const int LongestEscape = 6;

    private readonly Frame[] _frames = new Frame[MaxDepth];
    private readonly string _prefix;
    private Utf8JsonReader _json;
    private int _depth;

    /// <param name="utf8">One JSON object.</param>
    /// <param name="part">The part of the file that it is, for errors that concern the whole of it.</param>
    /// <param name="prefix">What stands before the path of a member in errors.</param>
    public StrictJsonReader(ReadOnlySpan<byte> utf8, string part, string prefix)
    {
        Part = part;
        _prefix = prefix;
        if (!Utf8.IsValid(utf8))
        {
            throw Refuse(FileFormatCode.BadJson, "must be UTF-8", "Write the JSON as UTF-8.");
        }

        // One level more than is allowed, so that the level too many is met here and named.
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        Advance();
    }

    public string Part { get; }

    public void BeginObject()
    {
        Require(JsonTokenType.StartObject, "an object");
        Push(isArray: false);
    }

    public void BeginArray()
    {
        Require(JsonTokenType.StartArray, "a list");
        Push(isArray: true);
    }

    /// <summary>Steps to the next member's value. False at the end of the object.</summary>
    /// <param name="known">The members of this object, at most 64.</param>
    /// <param name="member">One of <paramref name="known"/>; null for a member that is not among them.</param>
    public bool NextMember(ReadOnlySpan<string> known, out string? member)
    {
        Advance();
        member = null;
        ref var frame = ref _frames[_depth - 1];
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            Pop();
            return false;
        }

        // A name with escapes is decoded first: comparing it in place throws for half a surrogate pair.
        var decoded = _json.ValueIsEscaped ? Text(MaxStringLength) : null;
        var isNew = true;
        for (var index = 0; index < known.Length && member is null; index++)
        {
            if (decoded is null ? _json.ValueTextEquals(known[index]) : decoded == known[index])
            {
                member = known[index];
                isNew = (frame.Seen & (1UL << index)) == 0;
                frame.Seen |= 1UL << index;
            }
        }

        frame.Name = member ?? decoded ?? Text(MaxStringLength);
        isNew &= member is not null || (frame.Others ??= new HashSet<string>(StringComparer.Ordinal)).Add(frame.Name);
        if (!isNew)
        {
            throw Refuse(FileFormatCode.DuplicateMember, "stands twice in its object", "Write each member once.");
        }

        Advance();
        return true;
    }

    /// <summary>Steps to the next entry of a list. False at its end.</summary>
    /// <param name="max">
    /// The most entries that the list may have; the one after it is refused before it is read.
    /// </param>
    public bool NextItem(int max)
    {
        Advance();
        ref var frame = ref _frames[_depth - 1];
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            Pop();
            return false;
        }

        if (frame.Count == max)
        {
            frame.HidesIndex = true;
            throw Refuse(FileFormatCode.TooLarge, $"must have at most {max} entries",
                "Leave out what is not needed, or divide it over several.");
        }

        frame.Count++;
        return true;
    }

    /// <summary>Nothing but white space may follow the outermost object.</summary>
    public void End()
    {
        try
        {
            // The reader itself refuses anything that follows.
            _json.Read();
        }
        catch (JsonException exception)
        {
            throw BadJson(exception);
        }
    }

    public string ReadString(int minLength = 1, int maxLength = MaxStringLength)
    {
        Require(JsonTokenType.String, "a string");
        var text = Text(maxLength);
        return text.Length >= minLength
            ? text
            : throw Refuse(FileFormatCode.BadText, "must not be empty",
                "Give a value, or leave the member out where it is optional.");
    }

    public long ReadInteger(long min, long max)
    {
        Require(JsonTokenType.Number, "a number");
        return _json.TryGetInt64(out var value) && value >= min && value <= max
            ? value
            : throw Refuse(FileFormatCode.OutOfRange, $"must be a whole number from {min} to {max}",
                "Correct the number.");
    }

    /// <summary>
    /// Steps over a value that this version does not know; what holds for all JSON here holds inside it too.
    /// </summary>
    public void SkipValue(int maxLength = MaxStringLength)
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                BeginObject();
                while (NextMember([], out _))
                {
                    SkipValue(maxLength);
                }

                break;
            case JsonTokenType.StartArray:
                BeginArray();
                while (NextItem(int.MaxValue))
                {
                    SkipValue(maxLength);
                }

                break;
            case JsonTokenType.String:
                Text(maxLength);
                break;
        }
    }

    /// <summary>The path of the member that is being read, such as <c>devices[17].id</c>.</summary>
    public readonly FileFormatException Refuse(FileFormatCode code, string rule, string remedy,
        Exception? inner = null) =>
        new(code, Path(), rule, remedy, inner);

    private void Require(JsonTokenType type, string name)
    {
        if (_json.TokenType != type)
        {
            throw Refuse(FileFormatCode.WrongValueKind, $"must be {name}",
                "Correct the value; leave an optional member out rather than null.");
        }
    }

    private readonly string Text(int maxLength)
    {
        // Before a string is made of it: every code unit takes one byte at least and one escape at most.
        var text = _json.ValueSpan.Length <= (long)maxLength * LongestEscape ? Unescaped() : null;
        if (text is null || text.Length > maxLength)
        {
            throw Refuse(FileFormatCode.BadText, $"must be at most {maxLength} characters", "Shorten it.");
        }

        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                throw Refuse(FileFormatCode.BadText, "must not hold control characters", "Take them out.");
            }
        }

        return text;
    }

    private readonly string Unescaped()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw Refuse(FileFormatCode.BadText, "must not hold half a surrogate pair", "Write whole characters.",
                exception);
        }
    }

    private void Advance()
    {
        try
        {
            if (!_json.Read())
            {
                throw Refuse(FileFormatCode.BadJson, "must be a JSON object", "Make the file anew.");
            }
        }
        catch (JsonException exception)
        {
            throw BadJson(exception);
        }
    }

    private readonly FileFormatException BadJson(JsonException exception) => new(
        FileFormatCode.BadJson, Part, $"must be JSON, and is not after byte {_json.BytesConsumed}",
        "Make the file anew, without comments and trailing commas.", exception);

    private void Push(bool isArray)
    {
        if (_depth == MaxDepth)
        {
            throw Refuse(FileFormatCode.TooDeep, $"must not nest deeper than {MaxDepth} levels",
                "Take the inner value out.");
        }

        _frames[_depth] = new Frame { IsArray = isArray };
        _depth++;
    }

    private void Pop() => _depth--;

    private readonly string Path()
    {
        var path = "";
        foreach (ref readonly var frame in _frames.AsSpan(0, _depth))
        {
            if (frame.IsArray)
            {
                path += frame.Count > 0 && !frame.HidesIndex ? $"[{frame.Count - 1}]" : "";
            }
            else if (frame.Name is not null)
            {
                path += path.Length > 0
                    ? $".{FileFormatException.Shown(frame.Name)}" : FileFormatException.Shown(frame.Name);
            }
        }

        return path.Length > 0 ? _prefix + path : Part;
    }

    private struct Frame
    {
        public bool IsArray;
        public bool HidesIndex;
        public string? Name;
        public int Count;
        public ulong Seen;
        public HashSet<string>? Others;
    }
}
