using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary><c>products/{product}</c>.</summary>
public readonly record struct ProductName(Guid ProductId)
{
    public const string Format = "products/{product}";

    /// <param name="text">What the caller sent.</param>
    /// <param name="field">The request field it came in, for the refusal.</param>
    /// <exception cref="EntitlementException"><see cref="FailureReason.InvalidArgument"/>: not of this format.</exception>
    public static ProductName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["products"], out var ids) ? new(ids[0]) : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"products/{ProductId}";
}

/// <summary><c>accounts/{account}</c>.</summary>
public readonly record struct AccountName(Guid AccountId)
{
    public const string Format = "accounts/{account}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static AccountName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts"], out var ids) ? new(ids[0]) : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}";
}

/// <summary><c>accounts/{account}/licenses/{license}</c>.</summary>
public readonly record struct LicenseName(Guid AccountId, Guid LicenseId)
{
    public const string Format = "accounts/{account}/licenses/{license}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static LicenseName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "licenses"], out var ids)
            ? new(ids[0], ids[1])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/licenses/{LicenseId}";
}

/// <summary><c>accounts/{account}/licenses/{license}/activations/{activation}</c>.</summary>
public readonly record struct ActivationName(Guid AccountId, Guid LicenseId, Guid ActivationId)
{
    public const string Format = "accounts/{account}/licenses/{license}/activations/{activation}";

    public LicenseName License => new(AccountId, LicenseId);

    /// <inheritdoc cref="ProductName.Parse"/>
    public static ActivationName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "licenses", "activations"], out var ids)
            ? new(ids[0], ids[1], ids[2])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/licenses/{LicenseId}/activations/{ActivationId}";
}

/// <summary><c>accounts/{account}/licenses/{license}/parkedRequests/{parked_request}</c>.</summary>
public readonly record struct ParkedRequestName(Guid AccountId, Guid LicenseId, Guid RequestId)
{
    public const string Format = "accounts/{account}/licenses/{license}/parkedRequests/{parked_request}";

    public LicenseName License => new(AccountId, LicenseId);

    /// <inheritdoc cref="ProductName.Parse"/>
    public static ParkedRequestName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["accounts", "licenses", "parkedRequests"], out var ids)
            ? new(ids[0], ids[1], ids[2])
            : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"accounts/{AccountId}/licenses/{LicenseId}/parkedRequests/{RequestId}";
}

/// <summary><c>messages/{message}</c>.</summary>
public readonly record struct MessageName(Guid MessageId)
{
    public const string Format = "messages/{message}";

    /// <inheritdoc cref="ProductName.Parse"/>
    public static MessageName Parse(string text, string field) =>
        NamePattern.TryParse(text, ["messages"], out var ids) ? new(ids[0]) : throw NamePattern.Refuse(field, Format);

    public override string ToString() => $"messages/{MessageId}";
}
