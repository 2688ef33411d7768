using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.DataManagement;
using TenantHub.ApsEmulator.Oss;

namespace TenantHub.ApsEmulator.AccountAdmin;

/// <summary>What a new account holds, so that every action has something to work on. Every id follows from the account's.</summary>
internal static class SampleContent
{
    private const int People = 12;

    private static readonly (string Hq, string Admin)[] MemberFields =
    [
        ("email", "email"),
        ("id", "id"),
        ("name", "name"),
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("uid", "autodeskId"),
        ("company_id", "companyId"),
        ("company_name", "companyName"),
    ];

    public static EmulatedAccount Fill(EmulatorState state, EmulatedAccount account)
    {
        var now = state.Clock.Now;
        for (var i = 0; i < People; i++)
            account.Companies.Add(Company(account, i));
        for (var i = 0; i < People; i++)
            account.Users.Add(User(account, i, now));
        for (var i = 0; i < 2; i++)
            account.BusinessUnits.Add(
                BusinessUnit(account, Ids.Uuid(account.Id, "unit", i), null, i == 0 ? "Civil" : "Buildings", null, now)
            );
        account.Projects.Add(Project(state, account, "Riverside Tower", "acc"));
        account.Projects.Add(Project(state, account, "Harbour Bridge", "bim360"));
        return account;
    }

    public static JsonObject BusinessUnit(
        EmulatedAccount account,
        string id,
        string? parent,
        string name,
        string? description,
        DateTimeOffset now
    )
    {
        var unit = new JsonObject
        {
            ["id"] = id,
            ["account_id"] = account.Id,
            ["name"] = name,
            ["path"] = name,
            ["created_at"] = Iso(now),
            ["updated_at"] = Iso(now),
        };
        if (parent is not null)
            unit["parent_id"] = parent;
        if (description is not null)
            unit["description"] = description;
        return unit;
    }

    /// <summary>A member of a project in construction/admin's words.</summary>
    public static JsonObject Member(JsonObject user, string status, DateTimeOffset now)
    {
        var member = new JsonObject
        {
            ["accessLevels"] = new JsonObject
            {
                ["accountAdmin"] = (string?)user["role"] == "account_admin",
                ["projectAdmin"] = false,
                ["executive"] = false,
            },
            ["addedOn"] = Iso(now),
            ["updatedAt"] = Iso(now),
            ["roleIds"] = new JsonArray(),
            ["roles"] = new JsonArray(),
            ["status"] = status,
            ["products"] = new JsonArray(new JsonObject { ["key"] = "docs", ["access"] = "member" }),
        };
        foreach (var (theirs, ours) in MemberFields)
        {
            if ((string?)user[theirs] is { } value)
                member[ours] = value;
        }

        return member;
    }

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static EmulatedProject Project(EmulatorState state, EmulatedAccount account, string name, string platform)
    {
        var now = state.Clock.Now;
        var id = Ids.Uuid(account.Id, "project", name);
        var project = new EmulatedProject(
            account,
            id,
            new JsonObject
            {
                ["id"] = id,
                ["account_id"] = account.Id,
                ["name"] = name,
                ["start_date"] = "2026-01-01",
                ["end_date"] = "2027-12-31",
                ["project_type"] = "Office",
                ["value"] = "1000000",
                ["currency"] = "USD",
                ["status"] = "active",
                ["job_number"] = "J-" + id[..4],
                ["city"] = "Boston",
                ["country"] = "United States",
                ["created_at"] = Iso(now),
                ["updated_at"] = Iso(now),
                ["platform"] = platform,
            },
            DateTimeOffset.MinValue
        );
        project.Users.AddRange(account.Users.Take(3).Select(user => Member(user, "active", now)));
        AddFolders(state, project, now);
        return project;
    }

    /// <summary>The folders that Autodesk makes with a project, and a file with two versions in one of them.</summary>
    public static void AddFolders(EmulatorState state, EmulatedProject project, DateTimeOffset now)
    {
        project.Root = new EmulatedFolder(project, null, project.Id + "-root-folder", Ids.Short(project.Id, "root"), now);
        var files = project.Root.Add("Project Files", now);
        project.Root.Add("Plans", now);
        var drawings = files.Add("Drawings", now);
        var item = new EmulatedItem(drawings, "site-plan.pdf", Ids.Short(project.Id, "site-plan"), now);
        drawings.Items.Add(item);
        for (var version = 1; version <= 2; version++)
        {
            var stored = WipStorage.Reserve(state, project, "site-plan.pdf", Ids.Uuid(project.Id, "site-plan", version));
            stored.Complete(StoredBytes.From(Encoding.UTF8.GetBytes($"Site plan of {project.Name}, version {version}.")));
            item.AddVersion("site-plan.pdf", stored, now);
        }
    }

    private static JsonObject Company(EmulatedAccount account, int i) =>
        new()
        {
            ["id"] = Ids.Uuid(account.Id, "company", i),
            ["account_id"] = account.Id,
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"Company {i + 1:00}"),
            ["trade"] = "Concrete",
            ["city"] = "Boston",
            ["country"] = "United States",
        };

    private static JsonObject User(EmulatedAccount account, int i, DateTimeOffset now) =>
        new()
        {
            ["id"] = Ids.Uuid(account.Id, "user", i),
            ["account_id"] = account.Id,
            ["role"] = i == 0 ? "account_admin" : "account_user",
            ["status"] = "active",
            ["company_id"] = (string?)account.Companies[i]["id"],
            ["company_name"] = (string?)account.Companies[i]["name"],
            ["email"] = string.Create(CultureInfo.InvariantCulture, $"person{i + 1}@{account.Id[..8]}.example"),
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"Person {i + 1:00}"),
            ["first_name"] = "Person",
            ["last_name"] = (i + 1).ToString("00", CultureInfo.InvariantCulture),
            ["uid"] = Ids.Short(account.Id, "uid", i)[..12].ToUpperInvariant(),
            ["created_at"] = Iso(now),
            ["updated_at"] = Iso(now),
        };
}
