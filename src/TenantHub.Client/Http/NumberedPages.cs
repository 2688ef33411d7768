using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace TenantHub.Client.Http;

/// <summary>Lists that are read by the number of the page; the last page is the one that is not full.</summary>
internal static class NumberedPages
{
    private const int PageSize = 100;

    public static async IAsyncEnumerable<T> ReadAsync<T>(
        ClientConnection connection,
        string path,
        JsonTypeInfo<IReadOnlyList<T>> type,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var number = 1; ; number++)
        {
            var page = await connection.GetAsync(
                path + new QueryText().Add("page", number).Add("page_size", PageSize),
                type,
                cancellationToken
            );
            foreach (var entry in page)
                yield return entry;
            if (page.Count < PageSize)
                yield break;
        }
    }
}
