'use strict';
// The sample flow of Autodesk's own packages, as their readmes have it: token, hubs, projects, folder, upload, item, version, download, admin lists.
// Only the address differs. Writes one JSON object with what each step saw; any failure ends the process with its words.
const { once } = require('node:events');
const fs = require('node:fs/promises');
const { SdkManagerBuilder, ApsConfiguration } = require('@aps_sdk/autodesk-sdkmanager');
const { AuthenticationClient, Scopes } = require('@aps_sdk/authentication');
const { DataManagementClient } = require('@aps_sdk/data-management');
const { OssClient } = require('@aps_sdk/oss');
const { AdminClient } = require('@aps_sdk/construction-account-admin');
const forge = require('forge-apis');

const [, , address, clientId, clientSecret, accountId, resultPath] = process.argv;
const scopes = [Scopes.DataRead, Scopes.DataWrite, Scopes.DataCreate, Scopes.DataSearch, Scopes.AccountRead, Scopes.AccountWrite, Scopes.BucketCreate, Scopes.BucketRead, Scopes.BucketDelete];
const jsonapi = { version: '1.0' };

async function apsSdk() {
  const configuration = new ApsConfiguration({});
  configuration.BaseAddress = new URL(address);
  const sdkManager = SdkManagerBuilder.create().addApsConfiguration(configuration).build();
  const { access_token: accessToken, expires_in: expiresIn } = await new AuthenticationClient({ sdkManager }).getTwoLeggedToken(clientId, clientSecret, scopes);
  const data = new DataManagementClient({ sdkManager });
  const oss = new OssClient({ sdkManager });
  const admin = new AdminClient({ sdkManager });
  const as = { accessToken };

  const hubs = await data.getHubs(as);
  const hub = hubs.data.find(found => found.id === `b.${accountId}`);
  const projects = await data.getHubProjects(hub.id, as);
  const project = projects.data[0];
  const hubOfProject = await data.getProjectHub(hub.id, project.id, as);
  const topFolders = await data.getProjectTopFolders(hub.id, project.id, as);
  const parent = { type: 'folders', id: topFolders.data.find(folder => folder.attributes.name === 'Project Files').id };

  const folder = await data.createFolder(project.id, {
    jsonapi,
    data: { type: 'folders', attributes: { name: 'From Node', extension: { type: 'folders:autodesk.bim360:Folder', version: '1.0' } }, relationships: { parent: { data: parent } } },
  }, as);
  const into = { type: 'folders', id: folder.data.id };
  const above = await data.getFolderParent(project.id, folder.data.id, as);

  const upload = async content => {
    const storage = await data.createStorage(project.id, { jsonapi, data: { type: 'objects', attributes: { name: 'plan.txt' }, relationships: { target: { data: into } } } }, as);
    const [bucketKey, objectKey] = storage.data.id.replace('urn:adsk.objects:os.object:', '').split('/');
    await oss.uploadObject(bucketKey, objectKey, Buffer.from(content), as);
    return { id: storage.data.id, bucketKey, objectKey };
  };
  const first = await upload('First content of the plan.');
  const extension = type => ({ type: `${type}:autodesk.bim360:File`, version: '1.0' });
  const item = await data.createItem(project.id, {
    jsonapi,
    data: { type: 'items', attributes: { displayName: 'plan.txt', extension: extension('items') }, relationships: { tip: { data: { type: 'versions', id: '1' } }, parent: { data: into } } },
    included: [{ type: 'versions', id: '1', attributes: { name: 'plan.txt', extension: extension('versions') }, relationships: { storage: { data: { type: 'objects', id: first.id } } } }],
  }, as);
  const second = await upload('Second content of the plan, and longer.');
  const version = await data.createVersion(project.id, {
    jsonapi,
    data: {
      type: 'versions', attributes: { name: 'plan.txt', extension: extension('versions') },
      relationships: { item: { data: { type: 'items', id: item.data.id } }, storage: { data: { type: 'objects', id: second.id } } },
    },
  }, as);
  const versions = await data.getItemVersions(project.id, item.data.id, as);
  const itemOfVersion = await data.getVersionItem(project.id, version.data.id, as);
  const contents = await data.getFolderContents(project.id, folder.data.id, as);
  const details = await oss.getObjectDetails(second.bucketKey, second.objectKey, as);
  const stream = await oss.downloadObject(second.bucketKey, second.objectKey, as);
  const chunks = [];
  stream.on('data', chunk => chunks.push(chunk));
  while (Buffer.concat(chunks).length < details.size) await once(stream, 'data');

  const accProjects = await admin.getProjects(accountId, { ...as, limit: 1 });
  const users = await admin.getUsers(accountId, { ...as, limit: 100 });
  const found = await admin.searchUsers(accountId, { ...as, name: 'Person 03' });
  const companies = await admin.getCompanies(accountId, { ...as, limit: 100 });
  const company = await admin.getCompany(companies[0].id, accountId, as);
  const members = await admin.getProjectUsers(project.id.slice(2), as);
  const member = await admin.getProjectUser(project.id.slice(2), members.results[0].id, as);
  return {
    expiresIn, hub: hub.id, warnings: hubs.meta.warnings.length, hubOfProject: hubOfProject.data.id, folderParent: above.data.id === parent.id, versions: versions.data.map(row => row.attributes.versionNumber),
    itemOfVersion: itemOfVersion.data.id === item.data.id, contents: contents.data.map(row => row.attributes.displayName), size: details.size, downloaded: Buffer.concat(chunks).toString(),
    accProjects: accProjects.results.length, totalProjects: accProjects.pagination.totalResults, previousUrl: accProjects.pagination.previousUrl, users: users.length, found: found.map(user => user.name),
    company: company.id === companies[0].id, members: members.results.length, member: member.id === members.results[0].id,
  };
}

async function forgeApis() {
  forge.ApiClient.instance.switchServerPath(address);
  const client = new forge.AuthClientTwoLeggedV2(clientId, clientSecret, ['data:read', 'data:write', 'data:create', 'bucket:create', 'bucket:read', 'bucket:delete'], false);
  const credentials = await client.authenticate();
  const hubs = await new forge.HubsApi().getHubs({}, client, credentials);
  const projects = await new forge.ProjectsApi().getHubProjects(`b.${accountId}`, {}, client, credentials);
  const bucketKey = `node-${Date.now()}`;
  await new forge.BucketsApi().createBucket({ bucketKey, policyKey: 'transient' }, {}, client, credentials);
  const objects = new forge.ObjectsApi();
  const [uploaded] = await objects.uploadResources(bucketKey, [{ objectKey: 'a folder/plan.json', data: JSON.stringify({ kept: true }) }], {}, client, credentials);
  if (uploaded.error) throw new Error(`forge-apis could not upload: ${JSON.stringify(uploaded.completed ?? uploaded.uploads)}`);
  const copy = await objects.copyTo(bucketKey, 'a folder/plan.json', 'copy.json', client, credentials);
  const list = await objects.getObjects(bucketKey, {}, client, credentials);
  const [downloaded] = await objects.downloadResources(bucketKey, [{ objectKey: 'copy.json', responseType: 'text' }], {}, client, credentials);
  await new forge.BucketsApi().deleteBucket(bucketKey, client, credentials);
  return { hubs: hubs.body.data.length, projects: projects.body.data.length, copy: copy.body.objectKey, objects: list.body.items.map(row => row.objectKey), downloaded: downloaded.data };
}

(async () => {
  const seen = { apsSdk: await apsSdk(), forgeApis: await forgeApis() };
  await fs.writeFile(resultPath, JSON.stringify(seen));
})().catch(error => {
  console.error(error.stack, error.axiosError?.response?.data ?? error.response?.data ?? error.statusMessage ?? error);
  process.exitCode = 1;
});
