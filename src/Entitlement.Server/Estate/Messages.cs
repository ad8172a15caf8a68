using System.Buffers.Text;
using System.Globalization;
using Entitlement.Domain.Activations;
using Entitlement.Domain.Names;
using Entitlement.Domain.Trials;
using Entitlement.Formats;
using Entitlement.Server.Accounts;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;
using Account = Entitlement.Domain.Accounts.Account;
using Activation = Entitlement.Domain.Activations.Activation;
using ContactDetails = Entitlement.Domain.Accounts.ContactDetails;
using Product = Entitlement.Domain.Products.Product;
using Trial = Entitlement.Domain.Trials.Trial;

namespace Entitlement.Server.Estate;

/// <summary>Records of an estate, from and to what the contract calls them elsewhere.</summary>
internal static class Messages
{
    public static EstateRecord ToRecord(this Product product) => new()
    {
        Product = new EstateProduct
        {
            Name = $"{product.Name}",
            Code = product.Code,
            DisplayName = product.DisplayName,
            CreateTime = product.CreateTime.ToTimestamp(),
        },
    };

    public static EstateRecord ToRecord(this Account account) => new()
    {
        Account = new EstateAccount
        {
            Name = $"{account.Name}",
            ExternalRef = account.ExternalRef ?? "",
            DisplayName = account.DisplayName,
            CreateTime = account.CreateTime.ToTimestamp(),
            Parent = account.ParentId is { } parent ? $"{new AccountName(parent)}" : "",
            CustomerNumber = account.CustomerNumber ?? "",
            Contact = account.Contact == ContactDetails.None ? null : account.ToMessage().Contact,
            Policy = account.ToMessage().Policy,
            SuperviseTime = account.SuperviseTime?.ToTimestamp(),
        },
    };

    /// <param name="license">As its caller may see it.</param>
    /// <param name="productCode">Code of its product.</param>
    public static EstateRecord ToRecord(this License license, string productCode)
    {
        var record = new EstateLicense
        {
            Name = license.Name,
            ExternalRef = license.ExternalRef,
            ProductCode = productCode,
            Edition = license.Edition,
            Slc = license.Slc,
            ActivationMode = license.ActivationMode,
            MachineLimit = license.MachineLimit,
            MachineOverage = license.MachineOverage,
            MachineMatch = license.MachineMatch,
            ReleaseLimit = license.ReleaseLimit,
            EndTime = license.EndTime,
            CareEndTime = license.CareEndTime,
            PerpetualOffline = license.PerpetualOffline,
            CreateTime = license.CreateTime,
            SuspendTime = license.SuspendTime,
            RevokeTime = license.RevokeTime,
            TrialDuration = license.TrialDuration,
            Editions = { license.Editions },
            AwaitsConfiguration = license.AwaitsConfiguration,
            SoldMachineLimit = OrNothing(license.SoldMachineLimit, license.MachineLimit),
        };
        record.Features.AddRange(license.Features.Select(line => new FeatureLine(line)
        {
            Held = 0,
            Over = 0,
            SoldQuantity = OrNothing(line.SoldQuantity, line.Quantity),
        }));
        return new EstateRecord { License = record };
    }

    /// <summary>What of it every new license is made of.</summary>
    public static License ToLicense(this EstateLicense record)
    {
        var license = new License
        {
            ExternalRef = record.ExternalRef,
            Edition = record.Edition,
            ActivationMode = record.ActivationMode,
            MachineLimit = record.MachineLimit,
            MachineOverage = record.MachineOverage,
            MachineMatch = record.MachineMatch,
            EndTime = record.EndTime,
            CareEndTime = record.CareEndTime,
            PerpetualOffline = record.PerpetualOffline,
            TrialDuration = record.TrialDuration,
            Editions = { record.Editions },
            AwaitsConfiguration = record.AwaitsConfiguration,
            Features = { record.Features },
        };
        if (record.HasReleaseLimit)
        {
            license.ReleaseLimit = record.ReleaseLimit;
        }

        return license;
    }

    /// <param name="trial">The trial.</param>
    /// <param name="marks">What its machine is known by.</param>
    public static EstateRecord ToRecord(this Trial trial, IEnumerable<MachineMark> marks)
    {
        var record = new EstateTrial
        {
            Name = $"{trial.Name}",
            MachineName = trial.MachineName,
            StartTime = trial.StartTime.ToTimestamp(),
            EndTime = trial.EndTime.ToTimestamp(),
            Extensions = trial.Extensions,
        };
        foreach (var kind in marks.GroupBy(mark => mark.Kind).OrderBy(kind => kind.Key))
        {
            var hashes = kind.Select(mark => mark.Hash).Order(StringComparer.Ordinal);
            if (kind.Key == TrialMarkKind.InstanceKey)
            {
                record.InstanceThumbprints.AddRange(hashes);
                continue;
            }

            record.Components.AddRange(hashes.Chunk(MachineComponents.MaxHashesOfAKind).Select(some =>
                new MachineComponent { Kind = TrialMarks.NameOf(kind.Key), Hashes = { some } }));
        }

        return new EstateRecord { Trial = record };
    }

    /// <param name="activation">The activation.</param>
    /// <param name="devices">Its devices.</param>
    /// <param name="trial">The trial of its machine; null on a license that was bought.</param>
    public static EstateRecord ToRecord(this Activation activation, IEnumerable<ActivationDevice> devices, Trial? trial)
    {
        var record = new EstateActivation
        {
            Name = $"{activation.Name}",
            ExternalRef = activation.ExternalRef ?? "",
            Trial = trial is null ? "" : $"{trial.Name}",
            MachineName = activation.MachineName,
            ProductVersion = activation.ProductVersion,
            CreateTime = activation.CreateTime.ToTimestamp(),
        };
        if (activation.BuildDate != default)
        {
            record.BuildDate = activation.BuildDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        if (!activation.AwaitsMachine)
        {
            // What its machine ever told counts, too: the next file must be above all that are outside.
            record.InstanceThumbprint = Base64Url.EncodeToString(activation.Thumbprint);
            record.Generation = activation.NewestGeneration;
            record.SeatGeneration = activation.SeatGeneration;
            record.FileExpireTime = activation.FileExpireTime?.ToTimestamp();
        }

        record.Components.AddRange(ComponentsOf(activation));
        record.Devices.AddRange(devices.Select(device => new V1.Device
        {
            Id = device.DeviceId,
            Feature = device.Feature,
            Model = device.Model ?? "",
        }));
        return new EstateRecord { Activation = record };
    }

    /// <summary>What was sold, where less was chosen of it.</summary>
    private static int OrNothing(int sold, int chosen) => sold > chosen ? sold : 0;

    private static IEnumerable<MachineComponent> ComponentsOf(Activation activation)
    {
        if (!activation.HasComponents)
        {
            return [];
        }

        var components = MachineComponents.Parse(activation.Components);
        return components.Kinds.Select(kind => new MachineComponent
        {
            Kind = MachineComponents.Name(kind),
            Hashes = { components[kind] },
        });
    }
}
