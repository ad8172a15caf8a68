using Entitlement.V1;
using Google.Protobuf.Reflection;

namespace Entitlement.Load;

/// <summary>The calls that are made, as the contract describes them.</summary>
internal static class Calls
{
    public static MethodDescriptor Activate { get; } =
        ActivationService.Descriptor.FindMethodByName(nameof(ActivationService.ActivationServiceClient.Activate));

    public static MethodDescriptor CheckPermission { get; } =
        AccessService.Descriptor.FindMethodByName(nameof(AccessService.AccessServiceClient.CheckPermission));

    public static MethodDescriptor BatchCheckPermissions { get; } =
        AccessService.Descriptor.FindMethodByName(nameof(AccessService.AccessServiceClient.BatchCheckPermissions));

    public static MethodDescriptor SetRoles { get; } =
        RoleAssignmentService.Descriptor.FindMethodByName(nameof(RoleAssignmentService.RoleAssignmentServiceClient.SetRoles));

    public static MethodDescriptor CreateAccount { get; } =
        AccountService.Descriptor.FindMethodByName(nameof(AccountService.AccountServiceClient.CreateAccount));

    public static MethodDescriptor CreateServiceAccount { get; } =
        ServiceAccountService.Descriptor.FindMethodByName(nameof(ServiceAccountService.ServiceAccountServiceClient.CreateServiceAccount));

    public static MethodDescriptor ListServiceAccounts { get; } =
        ServiceAccountService.Descriptor.FindMethodByName(nameof(ServiceAccountService.ServiceAccountServiceClient.ListServiceAccounts));

    public static MethodDescriptor CreateProduct { get; } =
        ProductService.Descriptor.FindMethodByName(nameof(ProductService.ProductServiceClient.CreateProduct));

    public static MethodDescriptor ListProducts { get; } =
        ProductService.Descriptor.FindMethodByName(nameof(ProductService.ProductServiceClient.ListProducts));

    public static MethodDescriptor CreateLicense { get; } =
        LicenseService.Descriptor.FindMethodByName(nameof(LicenseService.LicenseServiceClient.CreateLicense));
}
