namespace Entitlement.Formats;

/// <summary>What a hash in a machine's components was made of. The names in files are these in lower case.</summary>
public enum MachineComponentKind
{
    /// <summary>Make, family and model of the processor.</summary>
    Cpu,

    /// <summary>Serial numbers of board, chassis and firmware.</summary>
    Board,

    /// <summary>Serial numbers of built-in disks.</summary>
    Disk,

    /// <summary>Permanent addresses of network cards.</summary>
    Mac,

    /// <summary>Identity of the installed operating system.</summary>
    Os,

    /// <summary>Endorsement key of the trusted platform module.</summary>
    Tpm,

    /// <summary>Identity that a hypervisor or cloud gives to a virtual machine.</summary>
    Vm,
}
