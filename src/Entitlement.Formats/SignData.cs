namespace Entitlement.Formats;

/// <summary>
/// Signs with ECDSA P-256 and SHA-256. Returns the 64 bytes r and s (IEEE P1363), as ES256 has them (RFC 7518 §3.4).
/// </summary>
/// <param name="signingInput">The bytes <c>header.payload</c> of a JWS.</param>
public delegate byte[] SignData(ReadOnlySpan<byte> signingInput);
