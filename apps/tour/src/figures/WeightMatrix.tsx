import { moveStop, stepBetween, type Messages, useMessages } from "@qkv/app-shell";
import { useRef } from "preact/hooks";

const MESSAGES: Messages<{ sum: string; cell: (weight: string, row: string, column: string) => string }> = {
  en: { sum: "sum", cell: (weight, row, column) => `${weight}: ${row} may look at ${column}` },
  ko: { sum: "합", cell: (weight, row, column) => `${weight}: ${row}에서 ${column} 보기` },
};

interface WeightMatrixProps {
  readonly label: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows * columns], from 0 to 1. */
  readonly values: ArrayLike<number>;
  /** Which cells may have a weight; the others are crossed out. */
  readonly visible?: readonly boolean[] | undefined;
  /** Called with a cell's place in `values` when it is pressed; without it, cells cannot be. */
  readonly onToggle?: ((cell: number) => void) | undefined;
  /** The row to point out. */
  readonly marked?: number | undefined;
}

/** Weights of queries (rows) over keys (columns), darker where greater, and the sum of each row. */
export function WeightMatrix({ label, rows, columns, values, visible, onToggle, marked }: WeightMatrixProps) {
  const messages = useMessages(MESSAGES);
  const box = useRef<HTMLTableElement>(null);
  const cellOf = (row: number, column: number) => {
    const at = row * columns.length + column;
    const weight = values[at] ?? 0;
    const isHidden = visible?.[at] === false;
    const shown = isHidden ? "×" : shortWeight(weight);
    const style = { "--weight": `${weight}` };
    if (onToggle === undefined) {
      return (
        <td key={column} class={isHidden ? "hidden" : ""} style={style}>
          {shown}
        </td>
      );
    }
    return (
      <td key={column} class={isHidden ? "hidden" : ""} style={style}>
        <button
          type="button"
          tabIndex={at === 0 ? 0 : -1}
          aria-pressed={!isHidden}
          aria-label={messages.cell(shown, rows[row] ?? "", columns[column] ?? "")}
          onClick={() => onToggle(at)}
        >
          {shown}
        </button>
      </td>
    );
  };
  return (
    <div class="scrolls" tabIndex={onToggle === undefined ? 0 : -1} role="group" aria-label={label}>
      <table
        ref={box}
        class="weights figures"
        onFocusIn={({ target }) => moveStop(box.current, target)}
        onKeyDown={(event) => {
          if (onToggle !== undefined && stepInGrid(box.current, event.key, columns.length)) event.preventDefault();
        }}
      >
        <thead>
          <tr>
            <td />
            {columns.map((column, i) => (
              <th key={i} scope="col">
                {column}
              </th>
            ))}
            <th scope="col" class="sum">
              {messages.sum}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((name, row) => (
            <tr key={row} class={row === marked ? "marked" : ""}>
              <th scope="row">{name}</th>
              {columns.map((_, column) => cellOf(row, column))}
              <td class="sum">{rowSum(values, row, columns.length).toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A weight in the width of a cell. */
export function shortWeight(weight: number): string {
  return weight > 0.995 ? "1" : weight.toFixed(2).replace(/^(-?)0\./, "$1.");
}

function rowSum(values: ArrayLike<number>, row: number, width: number): number {
  let sum = 0;
  for (let i = row * width; i < (row + 1) * width; i++) sum += values[i] ?? 0;
  return sum;
}

/** Arrows go to the next cell of a row or of a column; Home and End to the first and the last. */
function stepInGrid(box: HTMLElement | null, key: string, width: number): boolean {
  if (key !== "ArrowUp" && key !== "ArrowDown") return stepBetween(box, "button", key);
  const all = Array.from(box?.querySelectorAll<HTMLElement>("button") ?? []);
  const at = all.indexOf(document.activeElement as HTMLElement);
  if (at === -1) return false;
  all[at + (key === "ArrowDown" ? width : -width)]?.focus();
  return true;
}
