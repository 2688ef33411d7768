namespace TenantHub.ApsEmulator;

/// <summary>How the emulator runs.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Gets where it listens. Port 0 takes any free port.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5401";

    /// <summary>Gets the clock behind the virtual one.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets whether it starts with the demo app and account.</summary>
    public bool Seed { get; init; } = true;
}
