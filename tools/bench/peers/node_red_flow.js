// Node-RED's flow: MQTT in -> JSON -> gather up to 1000 messages or 200 ms -> one INSERT of arrays.
// The function node has `pg` from settings.functionGlobalContext. Node-RED acknowledges on receipt.
const wires = (...ids) => [ids];

const insert = `
const lot = context.get('lot') || [];
if (msg.payload) lot.push(msg.payload);
if (lot.length < 1000 && msg.payload) { context.set('lot', lot); return null; }
if (lot.length === 0) return null;
context.set('lot', []);
const column = (name) => lot.map((told) => told[name]);
global.get('pool').query(
    'insert into peer_readings (time, device, quantity, value, received) ' +
    'select t, d, q, v, now() ' +
    'from unnest($1::timestamptz[], $2::int[], $3::smallint[], $4::float8[]) as u (t, d, q, v)',
    [column('time'), column('device'), column('quantity'), column('value')],
).catch((error) => node.error(error.message));
return null;
`;

module.exports = (port) => [
    { id: "tab", type: "tab", label: "peer" },
    { id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port, protocolVersion: "5",
      keepalive: "60", cleansession: true, autoConnect: true, clientid: "peer-node-red" },
    { id: "in", z: "tab", type: "mqtt in", topic: "gw/1/+/devices/+/+", qos: "1",
      datatype: "json", broker: "broker", wires: wires("gather") },
    { id: "tick", z: "tab", type: "inject", repeat: "0.2", props: [], once: true,
      wires: wires("gather") },
    { id: "gather", z: "tab", type: "function", func: insert, outputs: 1, wires: [[]] },
];
