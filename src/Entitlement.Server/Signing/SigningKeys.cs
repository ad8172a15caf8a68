using Entitlement.Server.Hosting;
using Entitlement.Server.Storage;
using Entitlement.Signing;
using Microsoft.Extensions.Options;

namespace Entitlement.Server.Signing;

/// <summary>The signing key of this server, loaded once when it starts.</summary>
internal sealed class SigningKeys(
    IOptions<SigningOptions> signing,
    IOptions<StorageOptions> storage,
    IOptions<LicenseFileOptions> files,
    TimeProvider clock,
    ILogger<SigningKeys> logger) : IDisposable
{
    private SigningKey? _key;

    public SigningKey Current => _key ?? throw new InvalidOperationException("The signing key is not loaded.");

    /// <summary>Loads the key; the embedded default makes what is missing of it first.</summary>
    /// <exception cref="StartRefusedException">There is no key, or it can't be used.</exception>
    public void Load()
    {
        var now = clock.GetUtcNow();
        try
        {
            _key = SigningKey.Load(Paths(now), now);
        }
        catch (KeyStoreException failure)
        {
            throw new StartRefusedException(
                $"{failure.Message} The paths come from the section {SigningOptions.Section} of the configuration; keys are made by "
                + "'entitle keys init'.",
                inner: failure);
        }

        Log.KeyLoaded(logger, _key.KeyId, _key.Certificate.NotAfter.ToUniversalTime());
    }

    public void Dispose() => _key?.Dispose();

    private KeyPaths Paths(DateTimeOffset now)
    {
        var options = signing.Value;
        if (options.HasFiles)
        {
            return FilesOf(options);
        }

        var directory = DirectoryOf(options);
        if (storage.Value.IsEmbedded)
        {
            Make(directory, now);
        }

        return KeyPaths.InDirectory(directory);
    }

    private string DirectoryOf(SigningOptions options)
    {
        if (!string.IsNullOrEmpty(options.Directory))
        {
            return options.Directory;
        }

        return storage.Value.DataPath is { } data
            ? Path.Combine(data, "keys")
            : throw new StartRefusedException(
                $"{SigningOptions.Section}:{nameof(SigningOptions.Directory)} must be set, because this user has no folder for application data.");
    }

    private void Make(string directory, DateTimeOffset now)
    {
        foreach (var file in KeyCeremony.Complete(directory, OperatorName(), now))
        {
            Log.KeyFileMade(logger, file);
        }
    }

    /// <summary>Shown to whoever looks at a certificate; nothing depends on it.</summary>
    private string OperatorName()
    {
        const int MaxLength = 64;
        var issuer = files.Value.Issuer!;
        return issuer.Length <= MaxLength ? issuer : issuer[..MaxLength];
    }

    private static KeyPaths FilesOf(SigningOptions options) => new()
    {
        SigningKeyFile = options.SigningKeyFile!,
        SigningCertificateFile = options.SigningCertificateFile!,
        RootCertificateFile = options.RootCertificateFile!,
        // An orchestrator mounts secrets as root's, readable by the group that it gives the service.
        GroupMayRead = true,
    };
}
