// Tries the verifiers of verify.ts on the cases that it reads, and writes what they said.
import { readFileSync } from "node:fs";
import { mock } from "node:test";
import { Keys, verifyShared } from "./verify.js";

interface Case {
  name: string;
  headers: Record<string, string>;
  body: string;
  at: number;
  secret: string;
  organization: string;
  keySet: string;
}

async function said(verify: () => void | Promise<void>): Promise<string> {
  try {
    await verify();
    return "";
  } catch (fault) {
    return `refused: ${fault}`;
  }
}

const cases: Case[] = JSON.parse(readFileSync(0, "utf8"));
const keys = new Map<string, Keys>();
mock.timers.enable({ apis: ["Date"], now: Date.now() });
const verdicts = [];
for (const { name, headers, body, at, secret, organization, keySet } of cases) {
  if (at > 0) {
    mock.timers.setTime(at);
  }
  const bytes = Buffer.from(body, "base64");
  const its = keys.get(organization + keySet) ?? new Keys(keySet, organization);
  keys.set(organization + keySet, its);
  verdicts.push({
    name,
    shared: await said(() => verifyShared(secret, headers, bytes)),
    signed: await said(() => its.verify(headers, bytes)),
  });
}
console.log(JSON.stringify(verdicts));
