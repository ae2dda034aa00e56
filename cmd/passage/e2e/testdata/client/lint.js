// Prints what the public linter says of an OpenAPI document: node lint.js URL
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended-strict"] });
const problems = await lint({ ref: process.argv[2], config });
formatProblems(problems, { totals: getTotals(problems), format: "codeframe", version: "" });
process.exitCode = problems.length > 0 ? 1 : 0;
