using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

public sealed class RevokedKeyListTests : IDisposable
{
    private readonly Vendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void Reads_a_list_that_a_pinned_root_signed()
    {
        var list = RevokedKeyList.Read(Write(Payload()), [_vendor.Root]);

        Assert.Equal(7, list.Number);
        Assert.True(list.Revokes(_vendor.KeyId));
        Assert.False(list.Revokes(Jwk.FromKey(_vendor.InstanceKey).Thumbprint));
    }

    [Fact]
    public void Refuses_a_list_that_the_signing_key_signed()
    {
        var file = RawJws.Sign(Header(), Payload(), _vendor.Key);

        var refusal = Assert.Throws<FileFormatException>(() => RevokedKeyList.Read(file, [_vendor.Root]));

        Assert.Equal(FileFormatCode.BadSignature, refusal.Code);
    }

    [Fact]
    public void Refuses_a_list_of_a_root_that_is_not_pinned()
    {
        using var other = new Vendor();

        var refusal = Assert.Throws<FileFormatException>(() => RevokedKeyList.Read(Write(Payload()), [other.Root]));

        Assert.Equal(FileFormatCode.BadSignature, refusal.Code);
    }

    [Theory]
    [InlineData("number", "number")]
    [InlineData("iat", "iat")]
    [InlineData("next_update", "next_update")]
    [InlineData("keys", "keys")]
    public void Names_the_member_that_is_missing(string removed, string member)
    {
        var payload = Payload();
        payload.Remove(removed);

        var refusal = Assert.Throws<FileFormatException>(() => RevokedKeyList.Read(Write(payload), [_vendor.Root]));

        Assert.Equal((FileFormatCode.MissingMember, member), (refusal.Code, refusal.Member));
    }

    private byte[] Write(JsonObject payload) => RawJws.Sign(Header(), payload, _vendor.RootKey);

    private JsonObject Header() =>
        new() { ["alg"] = "ES256", ["typ"] = "krl+jwt", ["kid"] = Jwk.FromKey(_vendor.RootKey).Thumbprint };

    private JsonObject Payload() => new()
    {
        ["number"] = 7,
        ["iat"] = 1_795_000_000,
        ["next_update"] = 1_796_000_000,
        ["keys"] = new JsonArray(new JsonObject { ["kid"] = _vendor.KeyId, ["since"] = 1_794_000_000 }),
    };
}
