namespace Entitlement.Formats;

/// <summary>The claims of a return receipt (<c>.ret</c>): an installation gives its activation back.</summary>
public sealed record ReturnReceipt
{
    /// <summary><c>sub</c>: resource name of the activation. 1 to 256 characters.</summary>
    public required string Subject { get; init; }

    /// <summary><c>gen</c>: generation of the license file that was installed. At least 1.</summary>
    public required int Generation { get; init; }

    /// <summary><c>jti</c>: the receipt's id. A UUID in lower case.</summary>
    public required Guid Jti { get; init; }

    /// <summary><c>iat</c>: when it was made, in whole seconds, by the machine's clock. Only a hint.</summary>
    public required DateTimeOffset IssueTime { get; init; }
}
