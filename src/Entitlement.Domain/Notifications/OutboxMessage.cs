using System.Text.Encodings.Web;
using System.Text.Json;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Notifications;

/// <summary>
/// A message that is to be sent, written in the transaction of what it tells. It holds facts, and becomes a mail only as it is
/// sent: by the template of that moment, and with a link that lies in no database.
/// </summary>
public sealed class OutboxMessage
{
    public const int MaxAddressLength = 254;
    public const int MaxNameLength = 256;
    public const int MaxFailureLength = 256;

    /// <summary>Keeps letters of all languages as they are, which JSON allows; nothing here becomes part of a page.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private OutboxMessage()
    {
    }

    /// <summary>Also the mail's <c>Message-ID</c>, by which a repeated one is known.</summary>
    public Guid Id { get; private init; }

    public MessageKind Kind { get; private init; }

    /// <summary>The user that it is for; null for somebody who is none.</summary>
    public Guid? PersonId { get; private init; }

    public string Address { get; private init; } = "";

    public string Name { get; private init; } = "";

    /// <summary>The values of its placeholders as a JSON object; empty once it was sent, because nobody needs them then.</summary>
    public string Values { get; private set; } = "";

    /// <summary>Null where no license file is attached.</summary>
    public Guid? FileAccountId { get; private init; }

    public Guid? FileActivationId { get; private init; }

    public int? FileGeneration { get; private init; }

    public MessageState State { get; private set; }

    /// <summary>How often a server began to send it since <see cref="TryTime"/>.</summary>
    public int Attempts { get; private set; }

    /// <summary>Raised by every change, and guards the row: of two servers that want to send it, one does.</summary>
    public int Revision { get; private set; }

    public DateTimeOffset CreateTime { get; private init; }

    /// <summary>Since when it has been tried: since it was written, or since somebody had it tried again.</summary>
    public DateTimeOffset TryTime { get; private set; }

    /// <summary>When something is to be done about it: sending, or once it has ended, clearing it away.</summary>
    public DateTimeOffset DueTime { get; private set; }

    /// <summary>When it was sent or given up; null before.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>Why it could not be sent the last time; null when nothing went wrong since it was written.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>The license file to attach; null for none.</summary>
    public IssuedFileKey? File =>
        FileAccountId is { } account && FileActivationId is { } activation && FileGeneration is { } generation
            ? new IssuedFileKey(account, activation, generation)
            : null;

    public static OutboxMessage Create(Recipient to, MessageContent content, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Kind = content.Kind,
        PersonId = to.PersonId,
        Address = to.Address,
        Name = to.Name,
        Values = JsonSerializer.Serialize(content.Values, Plain),
        FileAccountId = content.File?.AccountId,
        FileActivationId = content.File?.ActivationId,
        FileGeneration = content.File?.Generation,
        State = MessageState.Waiting,
        CreateTime = now,
        TryTime = now,
        DueTime = now,
    };

    /// <summary>By placeholder.</summary>
    public IReadOnlyDictionary<string, string> ReadValues() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(Values) ?? [];

    /// <summary>Takes it to be sent, also from a server that died in doing so.</summary>
    public void Claim()
    {
        State = MessageState.Sending;
        Attempts++;
        Revision++;
    }

    /// <param name="now">When.</param>
    /// <param name="retention">How long it is kept from now on.</param>
    public void NoteSent(DateTimeOffset now, TimeSpan retention)
    {
        End(MessageState.Sent, now, retention);
        Values = "";
        LastFailure = null;
    }

    /// <summary>Has it tried again after a pause.</summary>
    public void NoteFailure(string failure, DateTimeOffset dueTime)
    {
        State = MessageState.Waiting;
        DueTime = dueTime;
        LastFailure = Cut(failure);
        Revision++;
    }

    /// <param name="failure">Why.</param>
    /// <param name="now">When.</param>
    /// <param name="retention">How long it is kept from now on.</param>
    public void GiveUp(string failure, DateTimeOffset now, TimeSpan retention)
    {
        End(MessageState.GivenUp, now, retention);
        LastFailure = Cut(failure);
    }

    /// <summary>Has it tried at once, and for as long as a new one. One that is being sent is left to it.</summary>
    /// <returns>Whether this changed anything.</returns>
    /// <exception cref="EntitlementException"><see cref="FailureReason.MessageSent"/>.</exception>
    public bool Retry(DateTimeOffset now)
    {
        if (State == MessageState.Sent)
        {
            throw Refusal.MessageSent(new MessageName(Id), EndTime ?? CreateTime);
        }

        if (State == MessageState.Sending)
        {
            return false;
        }

        State = MessageState.Waiting;
        Attempts = 0;
        TryTime = now;
        DueTime = now;
        EndTime = null;
        Revision++;
        return true;
    }

    private void End(MessageState state, DateTimeOffset now, TimeSpan retention)
    {
        State = state;
        EndTime = now;
        DueTime = now + retention;
        Revision++;
    }

    private static string Cut(string failure) => failure.Length > MaxFailureLength ? failure[..MaxFailureLength] : failure;
}
