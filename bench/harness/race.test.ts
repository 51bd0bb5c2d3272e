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

const node = (label: string, program: string): Contestant => ({
  label,
  engine: { command: [process.execPath, "-e", program] },
});

test("where failures are kept, each that fails has a row with its reason, and the others are timed", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const race = {
    ours: [contestant("webgpu", "[1]")],
    peers: [
      contestant("right", "[1]"),
      contestant("differs", "[2]"),
      node("killed", "process.kill(process.pid, 'SIGKILL')"),
      node("ends", "console.error('no adapter'); process.exitCode = 13"),
      node("hangs", "setInterval(() => 0, 1000)"),
      { label: "absent", engine: { command: ["/no/such/program"] } },
    ],
  };
  const rows = await runRace("case", race, { ...settings, keepsFailures: true, patience: 5000 });
  expect(rows.map(({ peer, ours_ms, peer_ms, why }) => [peer, ours_ms, peer_ms, why])).toEqual([
    ["right", 20, 20, undefined],
    ["differs", 20, null, expect.stringContaining("to compute the same within 0.001")],
    ["killed", 20, null, "killed: expected an answer, got the end of its process (SIGKILL)"],
    ["ends", 20, null, "ends: expected an answer, got the end of its process (exit code 13: no adapter)"],
    ["hangs", 20, null, "hangs: no answer within 5 seconds"],
    ["absent", 20, null, expect.stringContaining("ENOENT")],
  ]);
});

test("where failures are kept, ours that fails has rows too", async () => {
  const race = { ours: [node("webgpu", "process.exitCode = 3")], peers: [contestant("right", "[1]")] };
  const rows = await runRace("case", race, { ...settings, keepsFailures: true });
  expect(rows).toMatchObject([
    { backend: "webgpu", ours_ms: null, peer_ms: 20, why: expect.stringContaining("exit code 3") },
  ]);
});
