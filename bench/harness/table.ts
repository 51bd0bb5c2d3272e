import type { Row } from "./row.ts";

const COLUMNS: Readonly<Record<string, (row: Row) => string>> = {
  case: ({ name, variant }) => (variant === undefined ? name : `${name}: ${variant}`),
  backend: ({ backend }) => backend,
  threads: ({ threads }) => String(threads),
  "ours, ms": ({ ours_ms }) => shown(ours_ms),
  peer: ({ peer, peer_version }) => (peer_version === undefined ? peer : `${peer} ${peer_version}`),
  "peer, ms": ({ peer_ms }) => shown(peer_ms),
  "peer / ours": ({ ratio, why }) => (ratio === null ? (why ?? "") : ratio.toFixed(2)),
  "ours, MB": ({ ours_mb }) => shown(ours_mb),
  "peer, MB": ({ peer_mb }) => shown(peer_mb),
  "ours, tokens/s": ({ tokens_per_s }) => shown(tokens_per_s),
  "peer, tokens/s": ({ peer_tokens_per_s }) => shown(peer_tokens_per_s),
};

/** The rows as a table in Markdown that lines up in a terminal too; columns without a value are left out. */
export function table(rows: readonly Row[]): string {
  const columns = Object.entries(COLUMNS)
    .map(([title, cell]) => ({ title, cells: rows.map(cell) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .map(({ title, cells }) => ({
      title,
      cells,
      width: Math.max(3, ...[title, ...cells].map(({ length }) => length)),
    }));
  const lines = [
    columns.map(({ title, width }) => title.padEnd(width)),
    columns.map(({ width }) => "-".repeat(width)),
    ...rows.map((_, i) => columns.map(({ cells, width }) => (cells[i] ?? "").padEnd(width))),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function shown(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
