using System.Text.Json.Nodes;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;

namespace Entitlement.Client.Tests.Formats;

public sealed class RevokedActivationListTests : IDisposable
{
    private const string Activation = "accounts/a1/licenses/l1/activations/v1";

    private readonly Vendor _vendor = new();

    public void Dispose() => _vendor.Dispose();

    [Fact]
    public void Voids_the_generations_up_to_the_one_that_is_listed_and_no_later_one()
    {
        var list = RevokedActivationList.Read(_vendor.RevokedFiles(7, (Activation, 3)), [_vendor.Root], revokedKeys: null);

        Assert.Equal((7, Samples.Now, Samples.Now.AddDays(14)), (list.Number, list.IssueTime, list.ExpireTime));
        Assert.True(list.Voids(Activation, 1));
        Assert.True(list.Voids(Activation, 3));
        Assert.False(list.Voids(Activation, 4));
        Assert.False(list.Voids(Activation + "2", 1));
    }

    [Fact]
    public void Refuses_a_list_of_another_root_of_a_revoked_key_and_one_that_was_changed()
    {
        using var other = new Vendor();
        var file = _vendor.RevokedFiles(7, (Activation, 3));
        var parts = RawJws.Parts(file);
        var revoked = RevokedKeyList.Read(_vendor.RevokedKeys(1, _vendor.KeyId), [_vendor.Root]);
        var forged = RawJws.Sign(RawJws.Json(parts[0]), RawJws.Json(parts[1]), _vendor.InstanceKey);

        Assert.Equal(FileFormatCode.BadCertificate, Refused(file, other));
        Assert.Equal(FileFormatCode.BadSignature, Refused(file, _vendor, revoked));
        Assert.Equal(FileFormatCode.BadSignature, Refused(forged, _vendor));
        Assert.Equal(FileFormatCode.WrongType, Refused(_vendor.RevokedKeys(1), _vendor));
    }

    [Theory]
    [InlineData("number", "number")]
    [InlineData("iat", "iat")]
    [InlineData("exp", "exp")]
    [InlineData("activations", "activations")]
    public void Names_the_member_that_is_missing(string removed, string member)
    {
        var (header, payload) = Parts();
        payload.Remove(removed);

        var refusal = Assert.Throws<FileFormatException>(() => Read(header, payload));

        Assert.Equal((FileFormatCode.MissingMember, member), (refusal.Code, refusal.Member));
    }

    [Fact]
    public void Takes_each_activation_once_and_no_more_than_fit()
    {
        var (header, payload) = Parts();
        payload["activations"] = new JsonArray(Entry(Activation, 1), Entry(Activation, 2));
        var twice = Assert.Throws<FileFormatException>(() => Read(header, payload));
        payload["activations"] = new JsonArray(
            [.. Enumerable.Range(0, RevokedActivationList.MaxActivations + 1).Select(number => Entry($"a{number}", 1))]);
        var tooMany = Assert.Throws<FileFormatException>(() => Read(header, payload));

        Assert.Equal((FileFormatCode.DuplicateMember, "activations[1].sub"), (twice.Code, twice.Member));
        Assert.Equal(FileFormatCode.TooLarge, tooMany.Code);
    }

    [Fact]
    public void Has_room_for_all_that_it_may_hold()
    {
        var longest = Enumerable.Range(0, RevokedActivationList.MaxActivations)
            .Select(_ => ($"accounts/{Guid.NewGuid()}/licenses/{Guid.NewGuid()}/activations/{Guid.NewGuid()}", int.MaxValue));

        Assert.InRange(_vendor.RevokedFiles(7, [.. longest]).Length, 1, RevokedActivationList.MaxBytes);
    }

    private static JsonObject Entry(string activation, int generation) => new() { ["sub"] = activation, ["gen"] = generation };

    private (JsonObject Header, JsonObject Payload) Parts()
    {
        var parts = RawJws.Parts(_vendor.RevokedFiles(7, (Activation, 3)));
        return (RawJws.Json(parts[0]), RawJws.Json(parts[1]));
    }

    private RevokedActivationList Read(JsonObject header, JsonObject payload) =>
        RevokedActivationList.Read(RawJws.Sign(header, payload, _vendor.Key), [_vendor.Root], revokedKeys: null);

    private static FileFormatCode Refused(byte[] file, Vendor pinned, RevokedKeyList? revokedKeys = null) =>
        Assert.Throws<FileFormatException>(() => RevokedActivationList.Read(file, [pinned.Root], revokedKeys)).Code;
}
