using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Server.Access;
using Entitlement.Server.Idempotency;
using Entitlement.Server.Paging;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Licenses;

internal sealed class LicenseService(LicenseReader reader, OnceWriter writer, AccessDecider access)
    : V1.LicenseService.LicenseServiceBase
{
    private const string AllAccounts = "accounts/-";

    public override async Task<CreateLicenseResponse> CreateLicense(CreateLicenseRequest request, ServerCallContext context)
    {
        var account = AccountName.Parse(request.Parent, "parent");
        var wanted = request.License ?? throw Refusal.InvalidArgument("license", "is required");
        var creation = new LicenseCreation(account, ProductName.Parse(wanted.Product, "license.product"), wanted.ToTerms());
        var outcome = await writer.RunAsync(context, request, request.RequestId, creation.RunAsync);

        return new CreateLicenseResponse { License = await LoadAsync(outcome, context), Existed = outcome.Existed };
    }

    public override async Task<GetLicenseResponse> GetLicense(GetLicenseRequest request, ServerCallContext context)
    {
        var name = LicenseName.Parse(request.Name, "name");
        return new GetLicenseResponse { License = await reader.GetAsync(name, context.GetCaller(), context.CancellationToken) };
    }

    public override async Task<ListLicensesResponse> ListLicenses(ListLicensesRequest request, ServerCallContext context)
    {
        var page = PageRequest.Parse(request.PageSize, request.PageToken, $"{request.Parent}/licenses");
        var (licenses, next) = request.Parent == AllAccounts
            ? await reader.ListAllAsync(page, context.GetCaller(), context.CancellationToken)
            : await reader.ListAsync(
                AccountName.Parse(request.Parent, "parent"), page, context.GetCaller(), context.CancellationToken);
        return new ListLicensesResponse { Licenses = { licenses }, NextPageToken = next };
    }

    public override async Task<UpdateLicenseResponse> UpdateLicense(UpdateLicenseRequest request, ServerCallContext context)
    {
        var outcome = await writer.RunAsync(context, request, request.RequestId, LicenseUpdate.Parse(request).RunAsync);
        return new UpdateLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    public override async Task<ConfigureLicenseResponse> ConfigureLicense(ConfigureLicenseRequest request, ServerCallContext context)
    {
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, LicenseReconfiguration.Parse(request).RunAsync);
        return new ConfigureLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    public override async Task<ReconfigureLicenseResponse> ReconfigureLicense(
        ReconfigureLicenseRequest request, ServerCallContext context)
    {
        var outcome = await writer.RunAsync(
            context, request, request.RequestId, LicenseReconfiguration.Parse(request).RunAsync);
        return new ReconfigureLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    public override async Task<SuspendLicenseResponse> SuspendLicense(SuspendLicenseRequest request, ServerCallContext context)
    {
        var change = new LicenseTransition(request.Name, request.Reason, "license.suspend", (license, now) => license.Suspend(now));
        var outcome = await writer.RunAsync(context, request, request.RequestId, change.RunAsync);
        return new SuspendLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    public override async Task<ReinstateLicenseResponse> ReinstateLicense(ReinstateLicenseRequest request, ServerCallContext context)
    {
        var change = new LicenseTransition(request.Name, request.Reason, "license.reinstate", (license, _) =>
        {
            license.Reinstate();
            return true;
        });
        var outcome = await writer.RunAsync(context, request, request.RequestId, change.RunAsync);
        return new ReinstateLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    public override async Task<TransferLicenseResponse> TransferLicense(TransferLicenseRequest request, ServerCallContext context)
    {
        var transfer = LicenseTransfer.Parse(request);
        await access.RequireAsync(
            context.GetCaller(), Permission.LicenseCreate, $"{transfer.To}", context.CancellationToken);
        var outcome = await writer.RunAsync(context, request, request.RequestId, transfer.RunAsync);
        return new TransferLicenseResponse
        {
            License = await LoadAsync(outcome, context),
            ConsistencyToken = outcome.ConsistencyToken,
        };
    }

    public override async Task<RevokeLicenseResponse> RevokeLicense(RevokeLicenseRequest request, ServerCallContext context)
    {
        var change = new LicenseTransition(request.Name, request.Reason, "license.revoke", (license, now) => license.Revoke(now));
        var outcome = await writer.RunAsync(context, request, request.RequestId, change.RunAsync);
        return new RevokeLicenseResponse { License = await LoadAsync(outcome, context) };
    }

    private Task<V1.License> LoadAsync(Outcome outcome, ServerCallContext context) =>
        reader.GetAsync(LicenseName.Parse(outcome.Resource, "name"), context.GetCaller(), context.CancellationToken);
}
