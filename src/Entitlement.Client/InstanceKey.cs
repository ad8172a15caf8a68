using System.Security.Cryptography;
using System.Text;
using Entitlement.Formats;

namespace Entitlement.Client;

/// <summary>
/// The key of one installation, made when it is first asked for; its private half never leaves the machine. File
/// <c>instance.key.pem</c>: P-256, PKCS#8 in PEM, readable by its owner alone.
/// </summary>
public sealed class InstanceKey : IDisposable
{
    public const string FileName = "instance.key.pem";

    private readonly ECDsa _key;

    private InstanceKey(ECDsa key)
    {
        _key = key;
        PublicKey = Jwk.FromKey(key);
    }

    /// <summary>
    /// The public half. Its thumbprint is what an activation and <c>cnf.jkt</c> know the installation by.
    /// </summary>
    public Jwk PublicKey { get; }

    /// <summary>
    /// Loads the key of a directory or makes one. Processes that race for the first key get the same one.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// What is there is no such key. It is left as it is: a new key would be a new installation, with a seat of its
    /// own.
    /// </exception>
    public static InstanceKey LoadOrCreate(string directory)
    {
        var state = new StateDirectory(directory);
        var pem = state.ReadText(FileName);
        if (pem is null)
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            state.TryCreate(FileName, Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem() + "\n"));
            pem = state.ReadText(FileName)!;
        }

        state.KeepFromOthers(FileName);
        return Read(pem, state.PathOf(FileName));
    }

    /// <summary>Writes and signs a license request with this key.</summary>
    /// <exception cref="FileFormatException">The request breaks a rule of the format.</exception>
    public byte[] Sign(LicenseRequest request) => LicenseRequestFile.Write(request, _key);

    /// <summary>Writes and signs a return receipt with this key.</summary>
    /// <exception cref="FileFormatException">The receipt breaks a rule of the format.</exception>
    public byte[] Sign(ReturnReceipt receipt) => ReturnReceiptFile.Write(receipt, _key);

    /// <summary>Writes and signs the proof of a call with this key.</summary>
    /// <exception cref="FileFormatException">The proof breaks a rule of the format.</exception>
    public byte[] Sign(CallProof proof) => CallProofFile.Write(proof, _key);

    public void Dispose() => _key.Dispose();

    private static InstanceKey Read(string pem, string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new InstanceKey(key);
        }
        catch (Exception exception)
            when (exception is ArgumentException or CryptographicException or FileFormatException)
        {
            key.Dispose();
            throw new InvalidDataException(
                $"{path} is not a private key on P-256 in PEM. "
                + "Put it back from a backup; or delete it and activate anew, which takes a new seat.",
                exception);
        }
    }
}
