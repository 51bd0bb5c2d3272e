import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { type Contestant, runRace } from "./race.ts";

const program = fileURLToPath(new URL("fixture/engine.mjs", import.meta.url));
const settings = { rounds: 2, threads: 1, note: () => undefined };
const contestant = (label: string, ...args: string[]): Contestant => ({
  label,
  engine: { command: [process.execPath, program, ...args] },
});

test("a race gives a row for each of ours and each peer, and none for one of ours that cannot run", async () => {
  const printed = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const race = {
    ours: [contestant("wasm", "[1, 2]"), contestant("webgpu", "[]", "no adapter")],
    peers: [contestant("right", "[1, 2.0001]"), contestant("away", "[]", "gone")],
    memory: true,
  };
  const rows = await runRace("case", race, settings);
  expect(rows.map(({ backend, peer, why }) => [backend, peer, why])).toEqual([
    ["wasm", "right", undefined],
    ["wasm", "away", "gone"],
  ]);
  expect(rows[0]).toMatchObject({
    ours_ms: 20,
    peer_ms: 20,
    ratio: 1,
    ours_mb: 7,
    peer_version: "1",
    tokens_per_s: 500,
  });
  expect(printed).toHaveBeenCalledWith("a library prints\n");
});

test.each([
  ["[1.1]", "case: expected peer to compute the same within 0.001, got 0.1"],
  ["[1, 1]", "got Infinity apart"],
  ["broken", "peer: it broke"],
])("nothing is timed if a peer answers %s", async (result, message) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const race = { ours: [contestant("wasm", "[1]")], peers: [contestant("peer", result)] };
  await expect(runRace("case", race, settings)).rejects.toThrow(message);
});

test("a contestant may be further apart than the race allows, and no further", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const ours = [contestant("wasm", "[1]")];
  const peer = { ...contestant("rounds", "[1.1]"), tolerance: 0.2 };
  await expect(runRace("case", { ours, peers: [peer] }, settings)).resolves.toHaveLength(1);
  const others = [peer, contestant("exact", "[1.1]")];
  await expect(runRace("case", { ours, peers: others }, settings)).rejects.toThrow(
    "expected exact to compute the same",
  );
});

test("an engine that ends too soon is named", async () => {
  const race = { ours: [{ label: "silent", engine: { command: [process.execPath, "-e", "0"] } }], peers: [] };
  await expect(runRace("case", race, settings)).rejects.toThrow("silent: expected an answer, got the end");
});
