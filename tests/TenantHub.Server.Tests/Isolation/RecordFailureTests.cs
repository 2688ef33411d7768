using System.Net;
using Microsoft.Data.Sqlite;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>What the hub cannot look up it does not let through, and what it cannot write down it does not call done.</summary>
public sealed class RecordFailureTests(ServerFixture fixture) : IAsyncLifetime
{
    private ServerProcess _hub = null!;
    private Linked _account = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var app = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var answer = await _hub.Http.LinkAsync(app.ClientId, app.Secret, (string)emulated["acc_account_id"]!);
        _account = new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task WhatCannotBeLookedUp_IsNotSent()
    {
        var bucket = await Preparation.BucketAsync(_account, _hub.Http);
        await _hub.KillAsync();
        await _hub.StartAgainAsync();
        var before = (await fixture.Emulator.JournalAsync(_account.ClientId))[^1].Seq;
        object[] calls =
        [
            new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } },
            new
            {
                action = "autodesk_get_webhook",
                path = new Dictionary<string, string>
                {
                    ["system"] = "data",
                    ["event"] = "dm.version.added",
                    ["hook_id"] = "x",
                },
            },
            new { action = "autodesk_get_signed_s3_download_url", path = new { bucketKey = "wip.dm.prod", objectKey = "x.pdf" } },
            new { action = "autodesk_list_top_folders", path = new { project_id = _account.ProjectId } },
        ];

        using (HoldingsGone())
        {
            foreach (var call in calls)
                AssertStorage(await _hub.Http.RpcAsync(_account.Id, call), "could not be looked up");
            Assert.Empty(await fixture.Emulator.JournalAsync(_account.ClientId, since: before));
            AssertStorage(await _hub.Http.RpcAsync(_account.Id, new { action = "autodesk_list_buckets" }), "could not be looked up");
        }

        Assert.Equal(HttpStatusCode.OK, (await _hub.Http.RpcAsync(_account.Id, calls[0])).Status);
    }

    [Fact]
    public async Task BucketThatCouldNotBeWrittenDown_IsFoundUnderItsKey()
    {
        var create = new
        {
            action = "autodesk_create_bucket",
            body = new { bucketKey = "b-" + Guid.NewGuid().ToString("N")[..12], policyKey = "transient" },
        };
        var details = new { action = "autodesk_get_bucket_details", path = new { create.body.bucketKey } };
        ApiAnswer failed,
            again;

        using (HoldingsGone())
        {
            failed = await _hub.Http.RpcAsync(_account.Id, create, ("Idempotency-Key", "bucket-1"));
            again = await _hub.Http.RpcAsync(_account.Id, create, ("Idempotency-Key", "bucket-1"));
        }

        var found = await _hub.Http.RpcAsync(_account.Id, create, ("Idempotency-Key", "bucket-1"));
        await _hub.KillAsync();
        await _hub.StartAgainAsync();

        AssertStorage(failed, "Autodesk has created the bucket");
        Assert.Contains("same Idempotency-Key", failed.Text("nextStep"), StringComparison.Ordinal);
        AssertStorage(again, "Autodesk has created the bucket");
        Assert.Equal(HttpStatusCode.OK, found.Status);
        Assert.Equal(HttpStatusCode.OK, (await _hub.Http.RpcAsync(_account.Id, details)).Status);
        Assert.Single(
            await fixture.Emulator.JournalAsync(_account.ClientId),
            record => record is { Method: "POST", Path: "/oss/v2/buckets", Status: 200 }
        );
    }

    /// <summary>Without a key it is said too, and the bucket is at hand to be deleted.</summary>
    [Fact]
    public async Task BucketWithoutAKey_CanBeUsedUntilTheRestart()
    {
        var key = "b-" + Guid.NewGuid().ToString("N")[..12];
        using (HoldingsGone())
            AssertStorage(
                await _hub.Http.RpcAsync(
                    _account.Id,
                    new { action = "autodesk_create_bucket", body = new { bucketKey = key, policyKey = "transient" } }
                ),
                "Autodesk has created the bucket"
            );

        var deleted = await _hub.Http.RpcAsync(_account.Id, new { action = "autodesk_delete_bucket", path = new { bucketKey = key } });

        Assert.Equal(HttpStatusCode.OK, deleted.Status);
    }

    private static void AssertStorage(ApiAnswer answer, string says)
    {
        Assert.True(answer.Code == "storage_unavailable", answer.Body?.ToJsonString());
        Assert.Equal("storage", answer.Text("source"));
        Assert.Contains(says, answer.Text("detail"), StringComparison.Ordinal);
    }

    /// <summary>The table is not there until this is disposed.</summary>
    private Renamed HoldingsGone() => new(Path.Combine(_hub.DataDirectory, "tenanthub.db"));

    private sealed class Renamed : IDisposable
    {
        private readonly string _database;

        public Renamed(string database)
        {
            _database = database;
            Run("ALTER TABLE holdings RENAME TO holdings_gone");
        }

        public void Dispose() => Run("ALTER TABLE holdings_gone RENAME TO holdings");

        private void Run(string statement)
        {
            using var connection = new SqliteConnection($"Data Source={_database};Pooling=False");
            connection.Open();
#pragma warning disable CA2100 // The two statements above.
            using var command = new SqliteCommand(statement, connection);
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }
}
