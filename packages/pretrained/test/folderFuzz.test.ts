import { fileURLToPath } from "node:url";
import { watchAttack } from "@qkv/testing";
import { expect, test } from "vitest";

// A model folder is untrusted: whatever stands in its files, opening and using it ends soon, in little memory, with a result
// or an error of ours, and other models that are open go on unharmed. QKV_FUZZ_MINUTES says for how long folders are made
// at random, and QKV_FUZZ_SEED where they begin; the table of what came is printed after a long run.
const minutes = Number(process.env["QKV_FUZZ_MINUTES"] ?? 0.1);

test(
  "hostile folders are opened and used, or refused, soon and in little memory",
  { timeout: 60_000 * (minutes + 3) },
  async () => {
    const attack = fileURLToPath(new URL("fuzz/attack.ts", import.meta.url));
    const table = await watchAttack({
      args: (seed, milliseconds) => [
        ...["--import", "tsx", "--conditions=@qkv/source", "--max-old-space-size=3000"],
        ...[attack, seed, milliseconds].map(String),
      ],
      minutes,
      seed: Number(process.env["QKV_FUZZ_SEED"] ?? 1),
      ...{ slow: 5, grown: 1e9, hang: 60_000 },
    });
    if (minutes > 1) process.stdout.write(`${table.toString()}\n${table.faults.join("\n")}\n`);
    expect(table.faults).toEqual([]);
    expect(table.sum("used")).toBeGreaterThan(0);
    expect(table.sum("refused")).toBeGreaterThan(0);
  },
);
