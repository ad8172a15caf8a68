using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Entitlement.Client.Activation;
using Entitlement.Client.Tests.Support;
using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entitlement.Client.Tests.Activation;

/// <summary>
/// A service on loopback that issues real license files over a real channel, and loses or refuses answers when a test
/// says so. The client is tested against it without the server's own rules; those have tests of their own.
/// </summary>
internal sealed class ActivationHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ActivationHost(WebApplication app, Behaviour behaviour, GrpcChannel channel, int port)
    {
        Port = port;
        _app = app;
        Says = behaviour;
        Channel = channel;
    }

    public Behaviour Says { get; }

    public GrpcChannel Channel { get; }

    public int Port { get; }

    public static async Task<ActivationHost> StartAsync(Vendor vendor, X509Certificate2? tlsCertificate = null)
    {
        var behaviour = new Behaviour(vendor);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (tlsCertificate is not null)
                {
                    listen.UseHttps(tlsCertificate);
                }
            }));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(behaviour);
        var app = builder.Build();
        app.MapGrpcService<Service>();
        app.MapGrpcService<Keys>();
        await app.StartAsync();
        var server = app.Services.GetRequiredService<IServer>();
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return new ActivationHost(app, behaviour, EntitlementChannel.Create(address), address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }

    internal sealed class Behaviour(Vendor vendor)
    {
        public List<byte[]> Received { get; } = [];

        public bool LosesTheAnswer { get; set; }

        public bool Refuses { get; set; }

        /// <summary>Why it refuses.</summary>
        public string RefusalReason { get; set; } = "SEATS_EXHAUSTED";

        public Func<LicenseClaims, LicenseClaims> Terms { get; set; } = claims => claims;

        public Func<LicenseClaims, byte[]> Issue { get; set; } = vendor.Issue;

        /// <summary>The service's own clock.</summary>
        public TimeProvider Clock { get; set; } = new ManualClock(Samples.Now);

        /// <summary>Comes with each refusal; null for none.</summary>
        public TimeSpan? RetryDelay { get; set; }

        public bool NewerFileExists { get; set; }

        public List<byte[]> Returned { get; } = [];

        public byte[] RevokedKeys { get; set; } = [];

        public byte[] RevokedFiles { get; set; } = [];

        public ByteString Answer(ByteString request)
        {
            Received.Add(request.ToByteArray());
            var file = LicenseRequestFile.Read(request.Span);
            var now = Clock.GetUtcNow();
            var claims = vendor.Claims with
            {
                Jti = Guid.NewGuid(),
                IssueTime = now,
                NotBefore = now,
                ExpireTime = now.AddDays(30),
                KeyThumbprint = file.InstanceKey.Thumbprint,
                Machine = new LicensedMachine(file.Request.Machine.Components, 1),
                Generation = file.Request.Generation + 1,
                RequestHash = Base64Url.EncodeToString(file.ContentHash.Span),
            };
            var license = Issue(Terms(claims));
            Lose();
            return Refuses ? throw Refusal() : ByteString.CopyFrom(license);
        }

        public DeactivateResponse Answer(DeactivateRequest request)
        {
            Returned.Add(request.ReturnReceipt.ToByteArray());
            Lose();
            return new DeactivateResponse();
        }

        public List<ReportStatusRequest> Reports { get; } = [];

        public Action BeforeAnswer { get; set; } = () => { };

        /// <summary>Refuses calls up to this number, as a service does that has seen them.</summary>
        public long LastSequence { get; set; }

        /// <summary>Lends what is wanted for an hour, by a clock that is years away from the machine's.</summary>
        public ReportStatusResponse Answer(ReportStatusRequest request)
        {
            Reports.Add(request);
            BeforeAnswer();
            var proof = CallProofFile.Read(request.Proof.Span).Proof;
            var isOther = LastSequence >= proof.Sequence && Reports[..^1].TrueForAll(earlier => !earlier.Equals(request));
            LastSequence = Math.Max(LastSequence, proof.Sequence);
            Lose();
            if (isOther)
            {
                throw Refusal("CALL_OUT_OF_SEQUENCE", ("last_seq", $"{LastSequence}"));
            }

            var now = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var wishes = StatusReport.Parser.ParseFrom(request.Report).Leases;
            return Refuses ? throw Refusal() : new ReportStatusResponse
            {
                ReportTime = now.ToTimestamp(),
                State = ActivationState.InForce,
                NewerFileExists = NewerFileExists,
                KeyRevocationList = ByteString.CopyFrom(RevokedKeys),
                Leases =
                {
                    wishes.Select(wish => new Lease
                    {
                        Feature = wish.Feature, Quantity = wish.Quantity, ExpireTime = now.AddHours(1).ToTimestamp(),
                    }),
                },
            };
        }

        private void Lose()
        {
            if (LosesTheAnswer)
            {
                throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "The connection was lost."));
            }
        }

        private RpcException Refusal() => Refusal(RefusalReason, ("machines.limit", "5"));

        private RpcException Refusal(string reason, (string Key, string Value) metadata)
        {
            var status = new Google.Rpc.Status
            {
                Code = (int)StatusCode.FailedPrecondition,
                Message = "All 5 seats are held.",
            };
            status.Details.Add(Any.Pack(new ErrorInfo
            {
                Reason = reason,
                Domain = "entitlement.v1",
                Metadata = { [metadata.Key] = metadata.Value },
            }));
            if (RetryDelay is { } delay)
            {
                status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = delay.ToDuration() }));
            }

            return new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, status.Message),
                new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
        }
    }

    private sealed class Service(Behaviour behaviour) : ActivationService.ActivationServiceBase
    {
        public override Task<ActivateResponse> Activate(ActivateRequest request, ServerCallContext context) =>
            Task.FromResult(new ActivateResponse { LicenseFile = behaviour.Answer(request.LicenseRequest) });

        public override Task<RefreshLicenseResponse> RefreshLicense(RefreshLicenseRequest request, ServerCallContext context) =>
            Task.FromResult(new RefreshLicenseResponse { LicenseFile = behaviour.Answer(request.LicenseRequest) });

        public override Task<ReportStatusResponse> ReportStatus(ReportStatusRequest request, ServerCallContext context) =>
            Task.FromResult(behaviour.Answer(request));

        public override Task<DeactivateResponse> Deactivate(DeactivateRequest request, ServerCallContext context) =>
            Task.FromResult(behaviour.Answer(request));
    }

    private sealed class Keys(Behaviour behaviour) : KeyService.KeyServiceBase
    {
        public override Task<GetKeyRevocationListResponse> GetKeyRevocationList(
            GetKeyRevocationListRequest request, ServerCallContext context) => Task.FromResult(
                new GetKeyRevocationListResponse { KeyRevocationList = ByteString.CopyFrom(behaviour.RevokedKeys) });

        public override Task<GetRevocationListResponse> GetRevocationList(
            GetRevocationListRequest request, ServerCallContext context) =>
            Task.FromResult(new GetRevocationListResponse { RevocationList = ByteString.CopyFrom(behaviour.RevokedFiles) });
    }
}
