import { checkInteger } from "../checks/argumentChecks.ts";

/** A sparse attention graph of N nodes: the target of each of M edges attends to its source. */
export interface SparseGraph {
  readonly numNodes: number;
  readonly numEdges: number;
  /** The sources of M edges, sorted by the target */
  readonly sources: Int32Array;
  /** The targets of M edges, in ascending order */
  readonly targets: Int32Array;
  /** Index of each edge in the list that was given, or -1 for an added self-loop. */
  readonly order: Int32Array;
  /** Index of the first edge of each of N nodes; and M at the end. */
  readonly starts: Int32Array;
  /** The most edges that one node has. */
  readonly maxDegree: number;
}

/** Options of {@link sparseGraph}. */
export interface SparseGraphOptions {
  /** Whether each edge counts in both directions. Default false. */
  readonly undirected?: boolean;
  /** Whether every node attends to itself too. Default false. */
  readonly selfLoops?: boolean;
}

/**
 * Builds a graph from edges [source, target].
 *
 * @throws RangeError if an end of an edge is not a node
 */
export function sparseGraph(
  numNodes: number,
  edges: readonly (readonly [source: number, target: number])[],
  { undirected = false, selfLoops = false }: SparseGraphOptions = {},
): SparseGraph {
  checkInteger("sparseGraph", "numNodes", numNodes, 1);
  for (const [i, ends] of edges.entries()) {
    if (ends.length !== 2 || ends.some((node) => !Number.isInteger(node) || node < 0 || node >= numNodes)) {
      throw new RangeError(`sparseGraph: expected edges between nodes 0 to ${numNodes - 1}, got [${ends}] at ${i}`);
    }
  }
  const listed = edges.map(([source, target], order) => ({ source, target, order }));
  const back = undirected ? listed.map(({ source, target, order }) => ({ source: target, target: source, order })) : [];
  const loops = selfLoops
    ? Array.from({ length: numNodes }, (_, node) => ({ source: node, target: node, order: -1 }))
    : [];
  const all = [...listed, ...back, ...loops].sort((a, b) => a.target - b.target || a.source - b.source);

  const starts = new Int32Array(numNodes + 1);
  for (const { target } of all) starts[target + 1] = (starts[target + 1] ?? 0) + 1;
  const maxDegree = starts.reduce((a, b) => Math.max(a, b), 0);
  for (let node = 0; node < numNodes; node++) starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  return {
    numNodes,
    numEdges: all.length,
    sources: Int32Array.from(all, ({ source }) => source),
    targets: Int32Array.from(all, ({ target }) => target),
    order: Int32Array.from(all, ({ order }) => order),
    starts,
    maxDegree,
  };
}
