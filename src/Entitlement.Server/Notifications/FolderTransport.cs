using System.Net.Mail;
using Entitlement.Server.Storage;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Notifications;

/// <summary>
/// Writes mails into a folder for its owner alone. A file is named after its message, so a repeated one takes the place of the
/// first, and no recipient can choose where it lies.
/// </summary>
internal sealed class FolderTransport(IOptions<MessageOptions> options, IOptions<StorageOptions> storage) : MailTransport
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;

    public override string Destination => Root ?? "no folder";

    /// <summary>Null when none is set and this user has no folder for application data.</summary>
    private string? Root => string.IsNullOrEmpty(options.Value.Directory)
        ? storage.Value.DataPath is { } data ? Path.Combine(data, "mail") : null
        : Path.GetFullPath(options.Value.Directory);

    public override async Task SendAsync(Guid id, MailMessage mail, CancellationToken cancellationToken)
    {
        var root = Root ?? throw new DeliveryException(
            $"This user has no folder for application data: set {MessageOptions.Section}:{nameof(MessageOptions.Directory)}.",
            DeliveryFault.Unavailable);
        var draft = Path.Combine(root, $".{id}");
        try
        {
            Make(root);
            Clear(draft);
            Make(draft);
            using (var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = draft })
            {
                await client.SendMailAsync(mail, cancellationToken);
            }

            MoveInto(root, $"{id}.eml", Directory.GetFiles(draft).Single());
            Clear(draft);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SmtpException)
        {
            throw new DeliveryException($"It can't be written to {root}: {failure.Message}", DeliveryFault.Unavailable, failure);
        }
    }

    /// <summary>The file appears whole, and is on the disk before it is noted as sent.</summary>
    private static void MoveInto(string root, string name, string written)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(written, OwnerOnly);
        }

        using (var file = new FileStream(written, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Move(written, Path.Combine(root, name), overwrite: true);
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // Below the user's profile, whose rights it inherits.
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnlyDirectory);
        }
    }

    private static void Clear(string draft)
    {
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }
    }
}
