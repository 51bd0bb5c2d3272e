import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type HubServer, startHub } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyModel } from "./tinyModel.ts";

const COMMIT = "c".repeat(40);
let folder: string;
let hub: HubServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-cli-"));
  await Promise.all([buildProgram(), writeTinyModel(path.join(folder, "tiny"))]);
  const names = await readdir(path.join(folder, "tiny"));
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(path.join(folder, "tiny", name)))] as const),
  );
  const tiny = { commits: { [COMMIT]: Object.fromEntries(files) }, revisions: { main: COMMIT } };
  hub = await startHub({ "me/tiny": tiny, "me/gated": { ...tiny, gated: true } });
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

const run = (args: readonly string[], input = "") =>
  qkv(args, { input, env: { QKV_CACHE: path.join(folder, "cache"), HF_ENDPOINT: hub.endpoint } });

describe("a model by its id on a hub", () => {
  test("is fetched for any command, kept where QKV_CACHE says, and needs no network again", async () => {
    const inspected = await run(["inspect", "--json", "me/tiny"]);
    expect(inspected).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ model: "me/tiny", architecture: "MarianMTModel" });
    expect((await readdir(path.join(folder, "cache"))).sort()).toEqual(["blobs", "entries", "partial"]);
    hub.asked.length = 0;
    hub.faults.refuse = true;
    const tokens = await run(["tokenize", "--model", "me/tiny"], "the train\n");
    expect(JSON.parse(tokens.stdout)).toMatchObject({ tokens: ["▁the", "▁train", "</s>"] });
    const pinned = await run(["translate", "--model", `me/tiny@${COMMIT}`, "--max-tokens", "2", "the"]);
    expect(pinned.code).toBe(0);
    expect(hub.asked.map(({ line }) => line)).toEqual(["GET /api/models/me/tiny/revision/main"]);
    hub.faults.refuse = false;
  });

  test.each([
    [
      "me/nothing",
      /^qkv: me\/nothing: expected the id of a model on http:[^ ]+, got one that is not there, or private/,
    ],
    ["me/gated", /^qkv: me\/gated: expected a public model, got a gated one: request access at /],
    ["me/tiny@v7", /^qkv: me\/tiny: expected a branch, tag or commit of it, got v7/],
  ])("fails with one line if it cannot be had: %s", async (ref, message) => {
    const { code, stdout, stderr } = await run(["inspect", ref]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("is told from a name that is none", async () => {
    const { code, stderr } = await run(["inspect", "en-xx"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^qkv: REF: expected a shipped model's name, .* \(owner\/name\) or an https address; .*got en-xx\n$/,
    );
  });
});
