using System.Data.Common;
using System.Net.Sockets;
using System.Xml;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TenantHub.Storage;

namespace TenantHub.Server.Hosting;

/// <summary>
/// A start that fails for a reason that its operator can put right says so in one line and ends with exit code 1. (.NET would print a stack
/// and abort, and host and silo would log the same stack before.) What is no such reason is a defect: it shows everything, and ends the same
/// way.
/// </summary>
internal static class StartFailure
{
    /// <summary>Who would log the exception, with its stack, before it comes here.</summary>
    private static readonly string[] Loggers =
    [
        "Microsoft.Extensions.Hosting.Internal.Host",
        "Orleans.Runtime.SiloLifecycleSubject",
        "Orleans.Runtime.Silo",
        "Orleans.Silo",
        "Microsoft.AspNetCore.Server.Kestrel",
    ];

    private static volatile bool _hasStarted;

    /// <summary>Watches over the start of the process.</summary>
    public static void Watch(ILoggingBuilder logging)
    {
        foreach (var category in Loggers)
            logging.AddFilter(category, level => level >= LogLevel.Warning && (_hasStarted || level < LogLevel.Error));
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
        {
            if (_hasStarted)
                return;
            var exception = (Exception)failure.ExceptionObject;
#pragma warning disable RS0030 // There may be no logger yet.
            Console.Error.WriteLine(
                $"TenantHub does not start: {Explain(exception) ?? $"this is a defect, please report it. {exception}"}"
            );
#pragma warning restore RS0030
            Environment.Exit(1);
        };
    }

    /// <summary>From now on an exception is a fault like any other.</summary>
    public static void HasStarted() => _hasStarted = true;

    /// <summary>Says what the operator has to put right, in one line; null when it is none of the operator's.</summary>
    internal static string? Explain(Exception exception) =>
        OneLine(
            exception switch
            {
                OptionsValidationException invalid => string.Join(' ', invalid.Failures.Select(failure => SectionOf(invalid) + failure)),
                StorageException storage => storage.Message,
                IOException { InnerException: AddressInUseException } port => port.Message
                    + " Stop what listens there, or choose another with --urls (for metrics with TenantHub:Metrics:Port).",
                InvalidOperationException { Message: var https } when https.Contains("No server certificate", StringComparison.Ordinal) =>
                    "An https address in --urls needs a certificate: set Kestrel:Certificates:Default:Path and Password (or KeyPath), or listen with http behind a proxy that speaks TLS.",
                UnauthorizedAccessException or IOException { InnerException: null } =>
                    $"{exception.Message.TrimEnd('.')}. TenantHub:DataDirectory must be a folder that this user may write.",
                SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
                    "Another program, perhaps this server itself, listens on TenantHub:Orleans:SiloPort or TenantHub:Orleans:GatewayPort. Stop it, or choose other ports.",
                SocketException socket =>
                    $"It cannot listen ({socket.Message}). Look at --urls and TenantHub:Orleans: the address must be this machine's.",
                InvalidOperationException { InnerException: { } reason } unreadable
                    when unreadable.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
                    $"{unreadable.Message} {reason.Message}",
                OrleansConfigurationException orleans => $"A setting of Orleans is wrong: {orleans.Message}",
                InvalidOperationException { Message: var value } when value.StartsWith("Configuration value", StringComparison.Ordinal) =>
                    $"A setting cannot be read: {value}",
                FormatException or UriFormatException => $"A setting cannot be read: {exception.Message}",
                ArgumentOutOfRangeException { ParamName: "port" } => "A port in --urls is not between 0 and 65535.",
                XmlException =>
                    "The key ring in the database (table data_protection_keys) is damaged. Restore the table from a backup (deploy/runbook.md, Restore).",
                DbException database =>
                    $"The database refuses what a start needs: {database.Message}. After a fail-over it may still be read-only.",
                AggregateException several => several.InnerExceptions.Select(Explain).FirstOrDefault(line => line is not null),
                { InnerException: { } inner } => Explain(inner),
                _ => null,
            }
        );

    /// <summary>A rule of one member knows the member only.</summary>
    private static string SectionOf(OptionsValidationException invalid) =>
        invalid.Failures.Any(failure => failure.Contains("TenantHub:", StringComparison.Ordinal)) ? ""
        : invalid.OptionsType.GetField("SectionName")?.GetRawConstantValue() is string section ? section + ":"
        : "";

    private static string? OneLine(string? text) => text?.ReplaceLineEndings(" ");
}
