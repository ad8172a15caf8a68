using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entitlement.Storage.Configurations;

/// <remarks>
/// No foreign key to the activation: both are written by the same transaction, and ten thousand devices would cost ten
/// thousand look-ups of it.
/// </remarks>
internal sealed class ActivationDeviceConfiguration : IEntityTypeConfiguration<ActivationDevice>
{
    private const int MaxIdLength = 128;
    private const int MaxModelLength = 256;

    public void Configure(EntityTypeBuilder<ActivationDevice> builder)
    {
        builder.ToTable("ActivationDevices");
        builder.HasKey(device => new { device.AccountId, device.ActivationId, device.Feature, device.DeviceId });
        builder.Property(device => device.Feature).IsCode(Text.MaxFeatureCodeLength);
        builder.Property(device => device.DeviceId).IsFreeTextKey(MaxIdLength);
        builder.Property(device => device.Model).HasMaxLength(MaxModelLength);
    }
}
