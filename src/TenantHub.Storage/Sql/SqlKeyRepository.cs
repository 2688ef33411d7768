using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The Data Protection keys of hubs that share a database. What is stored is the XML that Data Protection gives: whether the keys in it are
/// encrypted is decided by its key encryptor, not here.
/// </summary>
internal sealed class SqlKeyRepository(IHubDatabase database) : IXmlRepository
{
    private const string Insert = "INSERT INTO data_protection_keys(name, xml) VALUES(@name, @xml) ON CONFLICT DO NOTHING";

    public IReadOnlyCollection<XElement> GetAllElements() => Wait(() => database.ReadAsync((connection, cancellation) =>
        connection.QueryAsync("SELECT xml FROM data_protection_keys ORDER BY name", row => XElement.Parse(row.GetString(0)), cancellation)));

    public void StoreElement(XElement element, string friendlyName) => Wait(() => database.WriteAsync((connection, cancellation) =>
        connection.ExecuteAsync(Insert, cancellation, ("@name", friendlyName), ("@xml", element.ToString(SaveOptions.DisableFormatting)))));

    /// <summary>
    /// The interface is synchronous, and a grain that opens a secret may be the one who asks. Its scheduler runs one thing at a time, so waiting
    /// there for something that goes on there would never end: the work goes to the thread pool. Keys are read once a day.
    /// </summary>
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
