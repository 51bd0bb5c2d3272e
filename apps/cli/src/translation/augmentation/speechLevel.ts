/** Polite endings (해요) and the casual ones (반말) that friends use, the longer first; other endings only lose their 요. */
const ENDINGS: readonly (readonly [polite: string, casual: string])[] = [
  ["주세요", "줘"],
  ["하세요", "해"],
  ["마세요", "마"],
  ["가세요", "가"],
  ["오세요", "와"],
  ["보세요", "봐"],
  ["이에요", "이야"],
  ["아니에요", "아니야"],
  ["예요", "야"],
  ["죠", "지"],
];

/** Endings that honour who is spoken to, and greetings: no friend says them in another form. */
const KEPT = /(?:안녕하세요|여보세요|세요|까요|[ ]씨)(?=[^\p{L}]|$)/u;

/** I, my and we, as one says them to elders and to friends. */
const PRONOUNS: readonly (readonly [polite: RegExp, casual: string])[] = [
  [/(?<!\p{L})저(?=(?:는|도|를|에게|한테|랑|와)(?!\p{L}))/gu, "나"],
  [/(?<!\p{L})제가(?!\p{L})/gu, "내가"],
  [/(?<!\p{L})제(?= )/gu, "내"],
  [/(?<!\p{L})저희(?!\p{L})/gu, "우리"],
];

const ENDING = /(?<=\p{Script=Hangul})(?:요|죠)(?=[.!?,]|$)/gu;

/** A Korean text in casual speech; itself if it has no polite ending, or one that has no casual form. */
export function inCasualSpeech(text: string): string {
  const end = /[.!?]*$/u.exec(text)?.index ?? text.length;
  const polite = ENDINGS.find(([ending]) => text.slice(0, end).endsWith(ending));
  const rest = polite ? text.slice(0, end - polite[0].length) : text;
  if (KEPT.test(rest) || text.includes("안녕하세요") || !/(요|죠)[.!?]*$/u.test(text)) return text;
  const spoken = polite ? rest + polite[1] + text.slice(end) : text;
  const casual = spoken.replace(ENDING, (ending) => (ending === "죠" ? "지" : ""));
  return PRONOUNS.reduce((result, [form, own]) => result.replace(form, own), casual);
}
