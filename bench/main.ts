// Runs the cases that bench.mjs was asked for: the report on standard output, all else on standard error.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CASES } from "./cases/index.ts";
import type { Settings } from "./commandLine.mjs";
import { profileRace } from "./harness/profileRace.ts";
import { runRace } from "./harness/race.ts";
import type { Row } from "./harness/row.ts";
import { table } from "./harness/table.ts";

async function report(settings: Settings): Promise<string> {
  const rows: Row[] = [];
  const profiles: string[] = [];
  for (const name of settings.names) {
    const note = (text: string) => void process.stderr.write(`${name}: ${text}\n`);
    const folder = await mkdtemp(join(tmpdir(), "qkv-bench-"));
    try {
      for (const race of (await CASES[name]?.(folder, { ...settings, note })) ?? []) {
        if (settings.profile) profiles.push(...(await profileRace(name, race)));
        else rows.push(...(await runRace(name, race, { ...settings, note })));
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  if (settings.profile) return `${profiles.join("\n")}\n`;
  return settings.json ? `${JSON.stringify(rows, null, 1)}\n` : table(rows);
}

try {
  const text = await report(JSON.parse(process.argv[2] ?? "{}") as Settings);
  await new Promise((resolve) => void process.stdout.write(text, resolve));
} catch (error) {
  const shown = error instanceof Error ? (process.env["QKV_DEBUG"] ? error.stack : error.message) : String(error);
  process.stderr.write(`bench: ${shown}\n`);
  process.exitCode = 1;
}
process.exit(); // a backend may have left workers behind
