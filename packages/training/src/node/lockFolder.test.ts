import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderLockedError, lockFolder } from "./lockFolder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

const lockOf = (holder: object) =>
  writeFile(
    path.join(folder, "run.lock"),
    JSON.stringify({ pid: process.ppid, host: hostname(), started: "", since: "2026-01-01", ...holder }),
  );

test("one at a time: the second is told who has it, and has it once it is free", async () => {
  const first = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(FolderLockedError);
  await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid}, since "20`);
  await first.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

test("a process that is there has it; one of another machine may be", async () => {
  await lockOf({});
  await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.ppid}, since`);
  await lockOf({ pid: 1, host: "else\u001b[2Jwhere" });
  await expect(lockFolder(folder)).rejects.toThrow(
    String.raw`in use by process 1 on "else\u001b[2Jwhere", since "2026-01-01": let it end, or stop it; ` +
      `if no such process is running, remove ${path.join(folder, "run.lock")}`,
  );
});

test("what a killed process, or a full disk, left is taken over", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  await lockOf({ pid });
  await (await lockFolder(folder)).release();
  await lockOf({ pid: process.pid }); // of this number, and not held here: of a container before this one
  await (await lockFolder(folder)).release();
  for (const torn of ["", '{"pid": 1', "null"]) {
    await writeFile(path.join(folder, "run.lock"), torn);
    await (await lockFolder(folder)).release();
  }
  expect(await readdir(folder)).toEqual([]);
});

test.skipIf(process.platform !== "linux")("a process that got a killed one's number does not have it", async () => {
  await lockOf({ started: "another-boot 1" });
  await (await lockFolder(folder)).release();
});

test("a lock that another process took meanwhile is not given free", async () => {
  const lock = await lockFolder(folder);
  await lockOf({});
  await lock.release();
  expect(await readFile(path.join(folder, "run.lock"), "utf8")).toContain("2026-01-01");
});
