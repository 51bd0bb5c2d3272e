// The token that is looked at, and where the model looked before it wrote it.
import { batch, computed, effect, signal } from "@preact/signals";
import type { AttentionRecord } from "@qkv/visualize";
import { worker } from "./connection.ts";
import { guarded, model } from "./models.ts";
import { running, turns, writingOf } from "./session.ts";
import type { WrittenAttention } from "./worker/attentionOf.ts";
import type { WrittenToken } from "./worker/writeTokens.ts";

/** Where a token stands. */
export interface TokenPlace {
  readonly turn: number;
  readonly token: number;
}

/** Tokens farther into a text are shown without attention: reading it again would take too long, and too much memory. */
export const FARTHEST = 2048;

/** The token that is pointed at, or has the focus. */
export const pointed = signal<TokenPlace | undefined>(undefined);
/** The token that was chosen. */
export const chosen = signal<TokenPlace | undefined>(undefined);
/** Where every head looked before the chosen one. */
export const attention = signal<WrittenAttention | undefined>(undefined);

const placeText = ({ turn, token }: TokenPlace) => `${turn} ${token}`;

/** The token that is shown: the one that is pointed at, else the chosen one. */
export const shown = computed(() => tokenAt(pointed.value ?? chosen.value));
export const chosenToken = computed(() => tokenAt(chosen.value));

/** Why the chosen token has no attention to show: it is too far into the text, or of a model that is gone. */
export const hindrance = computed((): "far" | "gone" | "running" | undefined => {
  const turn = chosen.value && turns.value[chosen.value.turn];
  if (turn?.role === "assistant" && turn.by !== model.value) return "gone";
  if ((chosenToken.value?.place ?? 0) > FARTHEST) return "far";
  return running.value && attention.value === undefined ? "running" : undefined;
});

/** The attention of a token, as the view takes it. @param othersLabel what the column of the others is called */
export function recordOf(
  { keys, others, shape, weights }: WrittenAttention,
  token: WrittenToken,
  othersLabel: (count: number) => string,
): AttentionRecord {
  const read = others > 0 ? [...keys, othersLabel(others)] : keys;
  return { source: [], target: [token.label], read, decoder: { shape, weights } };
}

effect(() => {
  // What was looked at may be gone.
  if (tokenAt(chosen.value) === undefined) [chosen.value, attention.value] = [undefined, undefined];
  if (tokenAt(pointed.value) === undefined) pointed.value = undefined;
});

effect(() => {
  if (!running.value && chosen.value !== undefined && attention.peek() === undefined) void look();
});

/** Chooses a token; the one that is chosen is let go. */
export function choose(place: TokenPlace): void {
  const isSame = chosen.value !== undefined && placeText(chosen.value) === placeText(place);
  batch(() => {
    attention.value = undefined;
    chosen.value = isSame ? undefined : place;
  });
}

async function look(): Promise<void> {
  const place = chosen.value;
  const turn = place && turns.value[place.turn];
  if (place === undefined || turn?.role !== "assistant" || hindrance.value !== undefined) return;
  await guarded(async () => {
    const writing = writingOf(turns.value.slice(0, place.turn), turn.tokens.slice(0, place.token));
    const found = await worker.attention(writing);
    if (chosen.value === place) attention.value = found;
  });
}

function tokenAt(place: TokenPlace | undefined): WrittenToken | undefined {
  const turn = place && turns.value[place.turn];
  return turn?.role === "assistant" ? turn.tokens[place?.token ?? 0] : undefined;
}
