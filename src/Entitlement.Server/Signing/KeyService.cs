using System.Buffers.Text;
using System.Text;
using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.Storage;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Signing;

/// <summary>Publishes the verification keys over gRPC, tells what they signed, and stops them.</summary>
internal sealed class KeyService(
    Jwks jwks,
    KeyRevocations revocations,
    KeyRecords records,
    RevokedFiles revokedFiles,
    SigningKeys keys,
    IssuingStatusReader status,
    EntitlementDbContext db,
    OnceWriter writer,
    StorageEngine storage)
    : V1.KeyService.KeyServiceBase
{
    private const int KeyIdLength = 43;

    public override async Task<GetJwksResponse> GetJwks(GetJwksRequest request, ServerCallContext context)
    {
        await records.ReadyAsync(context.CancellationToken);
        return new GetJwksResponse { Jwks = Encoding.UTF8.GetString(jwks.Current.Span) };
    }

    public override async Task<GetKeyRevocationListResponse> GetKeyRevocationList(
        GetKeyRevocationListRequest request, ServerCallContext context)
    {
        await records.ReadyAsync(context.CancellationToken);
        return new GetKeyRevocationListResponse { KeyRevocationList = UnsafeByteOperations.UnsafeWrap(revocations.File) };
    }

    public override async Task<GetRevocationListResponse> GetRevocationList(
        GetRevocationListRequest request, ServerCallContext context) =>
        new() { RevocationList = UnsafeByteOperations.UnsafeWrap(await revokedFiles.GetAsync(context.CancellationToken)) };

    public override async Task<PublishKeyRevocationListResponse> PublishKeyRevocationList(
        PublishKeyRevocationListRequest request, ServerCallContext context)
    {
        var publication = new KeyRevocationChange(request.KeyRevocationList.ToByteArray(), keys);
        await writer.RunAsync(context, request, request.RequestId, publication.RunAsync);
        await storage.WaitForIssuingAsync(context.CancellationToken);

        // This server at once, the others when they look the next time; until then their transactions refuse.
        await records.ExchangeAsync(context.CancellationToken);
        return new PublishKeyRevocationListResponse { Status = await status.ReadAsync(context.CancellationToken) };
    }

    public override async Task<ListLicenseFilesResponse> ListLicenseFiles(
        ListLicenseFilesRequest request, ServerCallContext context)
    {
        var key = RequireKeyId(request.KeyId, "key_id");
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"keys/{key}/files");

        // All but the file itself, which may have megabytes.
        var rows = await db.IssuedFiles
            .Where(file => file.KeyId == key && file.FileId > page.After)
            .OrderBy(file => file.FileId)
            .Select(file => new { file.AccountId, file.LicenseId, file.ActivationId, file.Generation, file.FileId, file.IssueTime })
            .Take(page.Probe)
            .ToListAsync(context.CancellationToken);
        var (shown, next) = page.Cut(rows, file => file.FileId);
        var response = new ListLicenseFilesResponse { NextPageToken = next };
        response.LicenseFiles.AddRange(shown.Select(file => new LicenseFileEntry
        {
            Activation = $"{new ActivationName(file.AccountId, file.LicenseId, file.ActivationId)}",
            Generation = file.Generation,
            FileId = $"{file.FileId}",
            KeyId = key,
            IssueTime = file.IssueTime.ToTimestamp(),
        }));
        return response;
    }

    public override async Task<GetIssuingStatusResponse> GetIssuingStatus(
        GetIssuingStatusRequest request, ServerCallContext context) =>
        new() { Status = await status.ReadAsync(context.CancellationToken) };

    public override async Task<HaltIssuingResponse> HaltIssuing(HaltIssuingRequest request, ServerCallContext context)
    {
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await writer.RunAsync(context, request, request.RequestId, (change, token) => change.HaltAsync(reason, token));

        // The halt stands before anybody is waited for, so that one who hangs does not put it off.
        await storage.WaitForIssuingAsync(context.CancellationToken);
        return new HaltIssuingResponse { Status = await status.ReadAsync(context.CancellationToken) };
    }

    public override async Task<ResumeIssuingResponse> ResumeIssuing(ResumeIssuingRequest request, ServerCallContext context)
    {
        var reason = Text.Require(request.Reason, "reason", 1, Text.MaxReasonLength);
        await writer.RunAsync(context, request, request.RequestId, (change, token) => change.ResumeAsync(reason, token));
        return new ResumeIssuingResponse { Status = await status.ReadAsync(context.CancellationToken) };
    }

    private static string RequireKeyId(string text, string field) =>
        text.Length == KeyIdLength && Base64Url.IsValid(text)
            ? text
            : throw Refusal.InvalidArgument(field, $"must be the kid of a signing key: {KeyIdLength} characters of base64url");
}
