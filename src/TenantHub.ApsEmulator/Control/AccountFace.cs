using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Control;

/// <summary>An account with the ids of everything in it, for whoever sets up a test.</summary>
internal static class AccountFace
{
    public static object Of(EmulatedAccount account, DateTimeOffset now) =>
        new
        {
            acc_account_id = account.Id,
            hub_id = account.HubId,
            name = account.Name,
            region = account.Region,
            provisioned_client_ids = account.ProvisionedClientIds,
            users = account.Users.Select(user => new
            {
                id = (string?)user["id"],
                uid = (string?)user["uid"],
                email = (string?)user["email"],
                is_admin = (string?)user["role"] == "account_admin",
            }),
            companies = account.Companies.Select(company => new { id = (string?)company["id"], name = (string?)company["name"] }),
            projects = account.Projects.Select(project => new
            {
                id = project.Id,
                hub_project_id = project.HubProjectId,
                name = project.Name,
                status = project.StatusAt(now),
                root_folder_id = project.Root?.Id,
                folders = project.Root?.Tree().Skip(1).Select(folder => new { id = folder.Id, name = folder.Name }),
                items = project
                    .Root?.Tree()
                    .SelectMany(folder => folder.Items)
                    .Select(item => new
                    {
                        id = item.Id,
                        name = item.Name,
                        folder_id = item.Folder.Id,
                        versions = item.Versions.Select(version => version.Id),
                        storage = item.Tip.Storage?.ObjectId,
                    }),
            }),
        };
}
