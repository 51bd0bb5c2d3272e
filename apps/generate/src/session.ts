// What was written, by a person and by the model, and what a person can do with it.
import { type ModelSource, oncePerFrame, remoteListener } from "@qkv/app-shell";
import { batch, computed, effect, signal } from "@preact/signals";
import { stop, worker } from "./connection.ts";
import { description, guarded, model, problem, status } from "./models.ts";
import { settings } from "./settings.ts";
import type { Finish, News } from "./worker.ts";
import type { Writing, WrittenTurn } from "./worker/promptIds.ts";
import type { WrittenToken } from "./worker/writeTokens.ts";

/** What a person wrote. */
export interface UserTurn {
  readonly role: "user";
  readonly text: string;
}

/** What a model wrote. */
export interface ModelTurn {
  readonly role: "assistant";
  readonly tokens: readonly WrittenToken[];
  /** Whose tokens they are. */
  readonly by: ModelSource;
  /** Why it ended; absent while it is written. */
  readonly finish?: Finish | "stopped";
}

export type Turn = UserTurn | ModelTurn;

/** What is being written to the model. */
export const draft = signal("");
/** Everything so far. */
export const turns = signal<readonly Turn[]>([]);
/** Whether the turns are a conversation; else one text, which the model goes on with. */
export const isChat = signal(false);
/** Whether what is written next is said in a conversation. */
export const wantsChat = signal(false);
export const running = signal(false);
/** What the model reads before it writes: how many tokens, how many of them it knew, and how many by now. */
export const reading = signal<{ length: number; reused: number; read: number } | undefined>(undefined);
/** Tokens by second, of those written last. */
export const speed = signal<number | undefined>(undefined);

/** What the model wrote last. */
export const lastTurn = computed((): ModelTurn | undefined => {
  const last = turns.value.at(-1);
  return last?.role === "assistant" ? last : undefined;
});

/** The model has not ended its last text, and may write on. */
export const canGoOn = computed(() => {
  const last = lastTurn.value;
  return !running.value && last?.by === model.value && last?.finish !== "end" && (last?.tokens.length ?? 0) > 0;
});

/** What the model wrote last, as text. */
export const answer = computed(() => (lastTurn.value === undefined ? "" : textOf(lastTurn.value)));

effect(() => {
  wantsChat.value = description.value?.hasChat ?? false; // as the model wants it, until a person says otherwise
});

/** What a turn says. */
export function textOf(turn: Turn): string {
  return turn.role === "user" ? turn.text : turn.tokens.map(({ text }) => text).join("");
}

/** Says what is written to the model, or lets it go on with it. */
export async function send(): Promise<void> {
  if (model.value === undefined || running.value || draft.value.trim() === "") return;
  batch(() => {
    const said: UserTurn = { role: "user", text: draft.value };
    const goesOn = wantsChat.value && isChat.value;
    turns.value = goesOn ? [...turns.value, said] : [said];
    isChat.value = wantsChat.value;
    if (isChat.value) draft.value = "";
  });
  await (current = write([]));
}

/** Lets the model write on behind what it wrote last. */
export async function goOn(): Promise<void> {
  if (!canGoOn.value || lastTurn.value === undefined) return;
  const { tokens } = lastTurn.value;
  turns.value = turns.value.slice(0, -1);
  await (current = write(tokens));
}

/** Takes everything away that was written. */
export async function clear(): Promise<void> {
  if (running.value) await end();
  [turns.value, reading.value] = [[], undefined];
}

/** Stops the model, and waits until it has. */
async function end(): Promise<void> {
  await stop();
  await current;
}

let current: Promise<void> = Promise.resolve();

/** What the model is to go on with: turns, and the beginning of the next one. */
export function writingOf(before: readonly Turn[], begun: readonly WrittenToken[]): Writing {
  const all: readonly Turn[] =
    begun.length === 0 || model.value === undefined ? before : [...before, turnOf(begun, model.value)];
  return { isChat: isChat.value, turns: all.map(writtenTurn) };
}

function writtenTurn(turn: Turn): WrittenTurn {
  const isIts = turn.role === "assistant" && turn.by === model.value; // another model has other tokens
  return { role: turn.role, text: textOf(turn), ...(isIts && { ids: turn.tokens.map(({ id }) => id) }) };
}

function turnOf(tokens: readonly WrittenToken[], by: ModelSource): ModelTurn {
  return { role: "assistant", tokens, by };
}

/** Lets the model write behind the turns. @param begun what it wrote of this turn before */
async function write(begun: readonly WrittenToken[]): Promise<void> {
  const [before, by] = [turns.value, model.value];
  if (by === undefined) return;
  const tokens = [...begun];
  let prompt: typeof reading.value;
  let [first, last] = [0, 0]; // when the first new token came, and the last one
  const show = (finish?: ModelTurn["finish"]) => {
    const intervals = tokens.length - begun.length - 1;
    batch(() => {
      turns.value = [...before, { ...turnOf([...tokens], by), ...(finish && { finish }) }];
      reading.value = prompt;
      if (intervals > 0) speed.value = (intervals / (last - first)) * 1000;
    });
  };
  const frame = oncePerFrame(show);
  const listener = remoteListener((news: News) => {
    if ("prompt" in news) prompt = news.prompt;
    else {
      last = performance.now();
      if (tokens.length === begun.length) first = last;
      tokens.push(news.token);
    }
    frame.ask();
  });
  batch(() => {
    [running.value, problem.value, speed.value] = [true, undefined, undefined];
    show();
  });
  let finish: ModelTurn["finish"] = "stopped";
  await guarded(async () => {
    finish = await worker.write(writingOf(before, begun), settings.value, listener);
  });
  frame.cancel();
  batch(() => {
    show(finish);
    running.value = false;
    if (tokens.length === 0) turns.value = before; // nothing came: what was said stays
  });
  await guarded(async () => {
    status.value = await worker.status();
  });
}
