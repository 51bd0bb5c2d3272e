import { moveStop, stepBetween } from "@qkv/app-shell";
import { useRef } from "preact/hooks";

interface HeadGridProps {
  readonly label: string;
  /** The weights of each head, [queries * keys]. */
  readonly heads: readonly ArrayLike<number>[];
  readonly keys: number;
  readonly nameOf: (head: number) => string;
  /** Which heads are pressed: switched on, or chosen. */
  readonly isPressed: (head: number) => boolean;
  readonly onPress: (head: number) => void;
}

/** Every head as a small picture of its weights, which is a button. */
export function HeadGrid({ label, heads, keys, nameOf, isPressed, onPress }: HeadGridProps) {
  const box = useRef<HTMLDivElement>(null);
  return (
    <div
      ref={box}
      class="heads"
      role="group"
      aria-label={label}
      onFocusIn={({ target }) => moveStop(box.current, target)}
      onKeyDown={({ key }) => stepBetween(box.current, "button", key)}
    >
      {heads.map((weights, head) => (
        <button
          key={head}
          type="button"
          tabIndex={head === 0 ? 0 : -1}
          aria-pressed={isPressed(head)}
          onClick={() => onPress(head)}
        >
          <MiniMatrix weights={weights} keys={keys} />
          {nameOf(head)}
        </button>
      ))}
    </div>
  );
}

interface MiniMatrixProps {
  readonly weights: ArrayLike<number>;
  readonly keys: number;
  /** A square to frame: which one, of how many in a row. */
  readonly mark?: { readonly at: number; readonly of: number };
}

/** Weights as squares, without numbers. */
export function MiniMatrix({ weights, keys, mark }: MiniMatrixProps) {
  const rows = Math.ceil(weights.length / keys);
  const side = mark === undefined ? 0 : keys / mark.of;
  return (
    <svg class="mini" viewBox={`0 0 ${keys} ${rows}`} preserveAspectRatio="none" aria-hidden="true">
      {Array.from(weights, (weight, i) => (
        <rect key={i} x={i % keys} y={Math.floor(i / keys)} width={1} height={1} fill-opacity={weight.toFixed(3)} />
      ))}
      {mark && (
        <rect
          class="mark"
          x={(mark.at % mark.of) * side}
          y={Math.floor(mark.at / mark.of) * side}
          width={side}
          height={side}
          stroke-width={keys / 60}
        />
      )}
    </svg>
  );
}
