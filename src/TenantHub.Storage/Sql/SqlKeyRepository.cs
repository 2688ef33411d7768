using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace TenantHub.Storage.Sql;

/// <summary>Data Protection's key ring in the database, where all silos that share it find it. Its secrets are sealed before they come here
/// (Encryption/KeyRingXml.cs).</summary>
internal sealed class SqlKeyRepository(ISqlDatabase database) : IXmlRepository
{
    private const string Select = "SELECT name, xml FROM data_protection_keys ORDER BY name";
    private const string Upsert =
        "INSERT INTO data_protection_keys(name, xml) VALUES(@name, @xml) ON CONFLICT(name) DO UPDATE SET xml = excluded.xml";

    public Task<List<(string Name, XElement Xml)>> ReadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(Select, row => (row.GetString(0), XElement.Parse(row.GetString(1))), cancellation),
            cancellationToken
        );

    public Task<int> StoreAsync(string name, XElement xml, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync(Upsert, cancellation, ("@name", name), ("@xml", xml.ToString(SaveOptions.DisableFormatting))),
            cancellationToken
        );

    public IReadOnlyCollection<XElement> GetAllElements() => [.. Wait(() => ReadAsync(CancellationToken.None)).Select(entry => entry.Xml)];

    public void StoreElement(XElement element, string friendlyName) =>
        Wait(() => StoreAsync(friendlyName, element, CancellationToken.None));

    /// <summary>
    /// The interface is synchronous, and a grain that opens a secret may be the one who asks. Its scheduler runs one thing at a time, so
    /// waiting there for something that goes on there would never end: the work goes to the thread pool. Keys are read once a day.
    /// </summary>
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
