// Runs Node-RED without its editor: node node_red.js PORT DATABASE_URL FOLDER (run inside FOLDER,
// where node-red and pg are installed). Prints `ready` when the flow is running.
const http = require("node:http");
const path = require("node:path");
const { createRequire } = require("node:module");
const [port, database, folder] = process.argv.slice(2);
const here = createRequire(path.join(folder, "package.json"));
const RED = here("node-red");
const { Pool } = here("pg");
const flow = require(path.join(__dirname, "node_red_flow.js"))(port);

const server = http.createServer();
RED.init(server, {
    userDir: path.join(folder, "user"),
    httpAdminRoot: false,
    httpNodeRoot: false,
    flowFile: "flows.json",
    logging: { console: { level: "error" } },
    functionGlobalContext: { pool: new Pool({ connectionString: database, max: 4 }) },
});
RED.start()
    .then(() => RED.runtime.flows.setFlows({ flows: { flows: flow }, deploymentType: "full" }))
    .then(() => {
        const waiting = setInterval(() => {
            if (!RED.nodes.getNode("broker")?.connected) return;
            clearInterval(waiting);
            setTimeout(() => console.log("ready"), 500); // until it has subscribed
        }, 100);
    })
    .catch((error) => { console.error(error); process.exit(1); });
