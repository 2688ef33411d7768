// The official TypeScript client, unmodified: lists, searches, reads, writes and plans against a running server.
import { writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [address, key, account, bucket, result] = process.argv.slice(2);

async function connect(query) {
  const client = new Client({ name: "typescript client", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`/mcp/${account}${query}`, address), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  }));
  return client;
}

const tools = await connect("");
const listed = (await tools.listTools()).tools;
const hubs = await tools.callTool({ name: "autodesk_list_hubs", arguments: {} });
const write = { name: "autodesk_create_bucket", arguments: { body: { bucketKey: bucket, policyKey: "transient" } } };
const first = await tools.callTool(write);
const again = await tools.callTool(write);
const wrong = await tools.callTool({ name: "autodesk_list_top_folders", arguments: { path: { project: "x" } } });
const plan = await tools.callTool({ name: "autodesk_plan_action", arguments: { action: "autodesk_delete_bucket", path: { bucketKey: bucket } } });
const search = await connect("?tool-mode=search_execute");
const found = await search.callTool({ name: "autodesk_search_actions", arguments: { query: "delete bucket" } });

writeFileSync(result, JSON.stringify({
  server: tools.getServerVersion().name,
  tools: listed.length,
  hub: hubs.structuredContent.data.data[0].id,
  created: first.structuredContent.data.bucketKey,
  repeat: again.structuredContent.note !== undefined,
  wrong: [wrong.isError, wrong.structuredContent.code],
  plan: plan.structuredContent.data.requests.at(-1).method,
  found: found.structuredContent.data[0].id,
}));
await tools.close();
await search.close();
