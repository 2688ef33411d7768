// The protocol's conformance suite. It can send no key, so a proxy on the way adds one. Where a scenario calls a tool of a sample server, the proxy
// puts the given one in its place; answers come back as they are.
import { spawn } from "node:child_process";
import http from "node:http";

const [address, key, account, tools, ...scenarios] = process.argv.slice(2);
const instead = JSON.parse(tools);
const server = new URL(address);
const proxy = http.createServer(async (request, response) => {
  let body = Buffer.concat(await request.toArray());
  const message = body.length > 0 ? JSON.parse(body) : {};
  if (message.method === "tools/call" && instead[message.params.name]) {
    message.params = { ...message.params, ...instead[message.params.name] };
    body = Buffer.from(JSON.stringify(message));
  }
  const headers = { ...request.headers, authorization: `Bearer ${key}`, "content-length": body.length };
  delete headers["transfer-encoding"];
  http.request({ host: server.hostname, port: server.port, path: request.url, method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  }).end(body);
});
await new Promise((started) => proxy.listen(0, "127.0.0.1", started));
const url = `http://localhost:${proxy.address().port}/mcp/${account}`;
let failed = 0;
for (const scenario of scenarios) {
  const run = spawn(process.execPath, ["--import", "./preload.js", "node_modules/@modelcontextprotocol/conformance/dist/index.js", "server", "--url", url, "--scenario", scenario]);
  let output = "";
  run.stdout.on("data", (text) => (output += text));
  run.stderr.on("data", (text) => (output += text));
  const code = await new Promise((ended) => run.on("close", ended));
  console.log(`${scenario}: ${code}\n${output}`);
  if (code !== 0) failed++;
}
proxy.close();
process.exit(failed);
