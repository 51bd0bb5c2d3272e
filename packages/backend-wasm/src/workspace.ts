import { type Block, type Heap, LINE } from "./heap.ts";
import { Program } from "./program.ts";

/** The memory between the steps of a program, taken piece by piece; without a block it counts what would be taken. */
export class Workspace {
  readonly #block: Block | undefined;
  #taken = 0;
  #most = 0;
  #isReused = false;

  constructor(block?: Block) {
    this.#block = block;
  }

  /** The most bytes that were taken at once. */
  get bytes(): number {
    return this.#most;
  }

  /** The address of `bytes`, in whole lines of a cache. @throws WorkspaceFullError beyond the block */
  take(bytes: number): number {
    const at = this.#taken;
    this.#taken += Math.ceil(bytes / LINE) * LINE;
    this.#most = Math.max(this.#most, this.#taken);
    if (this.#block === undefined) return at;
    if (this.#taken > this.#block.bytes) throw new WorkspaceFullError(this.#block.bytes, this.#taken);
    return this.#block.address + at;
  }

  /** Takes bytes that `write` fills now, before the program runs. No step may write there, so it is never reused. */
  constant(bytes: number, write: (address: number) => void): number {
    if (this.#isReused) throw new Error("Workspace: expected constants before memory that is reused");
    const address = this.take(bytes);
    if (this.#block !== undefined) write(address);
    return address;
  }

  /** Runs `body`; the memory that it takes is free again for steps that follow. */
  reuse(body: () => void): void {
    const before = this.#taken;
    this.#isReused = true;
    body();
    this.#taken = before;
  }
}

/** The error of a program that takes more memory than its block has. */
export class WorkspaceFullError extends RangeError {
  override readonly name = "WorkspaceFullError";
  constructor(bytes: number, taken: number) {
    super(`Workspace: expected to take at most ${bytes} bytes, got ${taken}`);
  }
}

/**
 * Builds a program and runs it: in the heap's own workspace where that is large enough, as for a decoder's step; else it is
 * built twice, in a dry run that counts its memory and then in memory of that size.
 */
export function runProgram(heap: Heap, scratch: number, build: (program: Program, space: Workspace) => void): void {
  const small = new Program(heap);
  try {
    build(small, new Workspace(heap.workspace()));
  } catch (error) {
    if (!(error instanceof WorkspaceFullError)) throw error;
    return runInOwnMemory(heap, scratch, build);
  }
  small.run(scratch);
}

function runInOwnMemory(heap: Heap, scratch: number, build: (program: Program, space: Workspace) => void): void {
  const dry = new Workspace();
  build(new Program(heap), dry);
  const block = heap.output([(dry.bytes + LINE) / 4]);
  try {
    const program = new Program(heap);
    build(program, new Workspace({ address: Math.ceil(heap.at(block) / LINE) * LINE, bytes: dry.bytes }));
    program.run(scratch);
  } finally {
    heap.backend.disposeData(block.dataId);
  }
}
