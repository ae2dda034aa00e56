// Compiles the schemas of GET /v1/providers with Ajv as it is by default, which
// refuses keywords and formats that are not JSON Schema's: node providers.js BASE KEY
import Ajv from "ajv/dist/2020.js";

const reply = await fetch(process.argv[2] + "/v1/providers", { headers: { Authorization: "Bearer " + process.argv[3] } });
const { providers } = await reply.json();
let compiled = 0;
for (const provider of providers) {
  for (const resource of provider.resources) {
    for (const [action, operation] of Object.entries(resource.operations)) {
      const ajv = new Ajv();
      const takes = ajv.compile(operation.arguments);
      ajv.compile(operation.result);
      if (operation.arguments.maxProperties === 0 && (!takes({}) || takes({ more: 1 }))) {
        throw new Error(`${resource.name}.${action} takes arguments, or not even {}`);
      }
      for (const name of operation.sensitive) {
        if (!operation.arguments.properties[name]) throw new Error(`${resource.name}.${action} has no argument ${name}`);
      }
      compiled += 2;
    }
  }
}
console.log(compiled > 0 ? "ok" : "no schema was served");
