// What a merchant's server does, with a client that was generated from
// /openapi.json: node out/program.js URL KEY
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Link = components["schemas"]["Link"];

declare const process: { argv: string[] };

const [baseUrl = "", key = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

function must<T>(data: T | undefined, error: unknown): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

function expect(what: string, got: unknown, want: unknown): void {
  if (got !== want) throw new Error(`${what}: ${got}, want ${want}`);
}

async function create(): Promise<string> {
  const { data, error, response } = await api.POST("/v1/links", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: {
      integrationId: "demo",
      operations: [
        { resource: "paymentMethod", action: "read" },
        { resource: "mobileBillingStatement", action: "read", arguments: { limit: 3 } },
      ],
      externalUserId: "a client",
      metadata: { order: "1017" },
    },
  });
  const link = must(data, error);
  expect("the status", response.status, 201);
  if (!link.claimUrl.startsWith(baseUrl)) throw new Error(`the claim URL is ${link.claimUrl}`);
  return link.linkId;
}

async function read(id: string): Promise<Link> {
  const { data, error } = await api.GET("/v1/links/{id}", { params: { path: { id } } });
  return must(data, error);
}

// A result is one of the resources', told apart by what it holds.
function cardsOf(result: Link["result"]): number {
  if (result === null) return 0;
  if ("operations" in result) return result.operations.filter((each) => "paymentMethods" in each.data).length;
  return "paymentMethods" in result ? result.paymentMethods.length : 0;
}

async function listed(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
    const { data, error } = await api.GET("/v1/links", { params: { query: { ...query, externalUserId: "a client" } } });
    const page = must(data, error);
    ids.push(...page.links.map((link) => link.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

const made = [await create(), await create(), await create()];
const first = await read(made[0]!);
expect("the state", first.status, "pending");
expect("the second operation", first.operations[1]?.resource, "mobileBillingStatement");
expect("the cards", cardsOf(first.result), 0);
expect("the list", (await listed()).join(), [...made].reverse().join());

const cancelled = await api.POST("/v1/links/{id}/cancel", { params: { path: { id: first.id } } });
expect("the end", must(cancelled.data, cancelled.error).error?.code, "LINK_CANCELLED");

// Errors are typed by their codes: without the first comparison, “issues” is not there.
const refused = await api.POST("/v1/links", { body: { integrationId: "nobody", resource: "paymentMethod", action: "read" } });
if (refused.error?.code !== "validation_failed") throw new Error(JSON.stringify(refused));
expect("the issue", refused.error.issues.map((issue) => issue.path).join(), "integrationId");
const again = await api.POST("/v1/links/{id}/cancel", { params: { path: { id: first.id } } });
expect("the conflict", again.error?.code, "link_expired");
expect("its status", again.response.status, 409);
const gone = await api.GET("/v1/links/{id}", { params: { path: { id: "link_none" } } });
expect("what is not there", gone.error?.code, "not_found");
console.log("ok");
