namespace Entitlement.Formats;

/// <summary>Why a file was refused. A closed list: programs decide by it, people read the message.</summary>
public enum FileFormatCode
{
    /// <summary>The file, its header or one of its lists is larger than the format allows.</summary>
    TooLarge,

    /// <summary>Not one line of three parts divided by full stops.</summary>
    NotCompactJws,

    /// <summary>
    /// Text that is not base64url, or not the one way to write its bytes (padding, white space, left-over bits).
    /// </summary>
    NotCanonicalBase64Url,

    /// <summary>Not JSON (RFC 8259), or not UTF-8.</summary>
    BadJson,

    /// <summary>More than four levels of nesting.</summary>
    TooDeep,

    /// <summary>A member stands twice in one object, or an entry twice in a list that must not repeat.</summary>
    DuplicateMember,

    /// <summary>A member that this format version does not have.</summary>
    UnknownMember,

    /// <summary>A member that must be there is not.</summary>
    MissingMember,

    /// <summary>A member that another member's value rules out.</summary>
    UnexpectedMember,

    /// <summary>A value of another JSON type than the member has.</summary>
    WrongValueKind,

    /// <summary>The header's <c>typ</c> is not the one of this kind of file.</summary>
    WrongType,

    /// <summary>The header's <c>alg</c> is not <c>ES256</c>.</summary>
    WrongAlgorithm,

    /// <summary>The header holds <c>crit</c> (RFC 7515 §4.1.11); no extension is understood.</summary>
    CriticalNotUnderstood,

    /// <summary>The format version is not one that this build reads.</summary>
    UnknownVersion,

    /// <summary>A number, instant or date outside its range.</summary>
    OutOfRange,

    /// <summary>A string of the wrong length, with control characters, or not of the form its member has.</summary>
    BadText,

    /// <summary>A list that must be sorted is not.</summary>
    NotSorted,

    /// <summary>A key that is not a public key on the curve P-256, or not the one the certificate names.</summary>
    BadKey,

    /// <summary>A certificate that cannot be read.</summary>
    BadCertificate,

    /// <summary>The signature does not belong to these bytes and this key.</summary>
    BadSignature,
}
