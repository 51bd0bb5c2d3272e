import { formatCount, type Messages } from "@qkv/app-shell";
import type { Goal, ProblemKind } from "./data/examples.ts";

/** What hinders a training from beginning. */
export type Hindrance = "model" | "encoder" | "writer" | "examples" | "labels" | "pairs" | "reading";

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly goal: string;
  readonly goals: Readonly<Record<Goal, string>>;
  readonly goalHints: Readonly<Record<Goal, string>>;
  readonly begin: Readonly<Record<"encoder" | "writer", string>>;
  readonly beginHint: string;
  readonly data: string;
  readonly dataHint: Readonly<Record<Goal, string>>;
  readonly lines: string;
  readonly placeholder: Readonly<Record<Goal, string>>;
  readonly pick: string;
  readonly removeFile: (name: string) => string;
  readonly readingLines: string;
  readonly count: (count: number) => string;
  readonly tokens: (total: number, longest: number) => string;
  readonly cut: (count: number) => string;
  readonly labels: string;
  readonly first: string;
  readonly leftOut: (count: number) => string;
  readonly line: (name: string, line: number) => string;
  readonly problems: Readonly<Record<ProblemKind, string>>;
  readonly more: (count: number) => string;
  readonly train: string;
  readonly start: string;
  readonly again: string;
  readonly goOn: string;
  readonly stop: string;
  readonly stopping: string;
  readonly preparing: string;
  readonly learning: string;
  readonly hindrances: Readonly<Record<Hindrance, string>>;
  readonly settings: string;
  readonly settingsAre: (epochs: number, rank: number) => string;
  readonly epochs: string;
  readonly learningRate: string;
  readonly rank: string;
  readonly batchSize: string;
  readonly maxTokens: string;
  readonly adapterHint: string;
  readonly step: (step: number, total: number) => string;
  readonly timeLeft: (time: string) => string;
  readonly memory: (size: string) => string;
  readonly loss: string;
  readonly heldBack: string;
  readonly right: (share: string) => string;
  readonly curve: (from: string, to: string, steps: number) => string;
  readonly unkept: string;
  readonly stoppedAt: (step: number, total: number) => string;
  readonly done: (steps: number) => string;
  readonly tryIt: string;
  readonly tryLabels: Readonly<Record<Goal, string>>;
  readonly tryButtons: Readonly<Record<Goal, string>>;
  readonly sides: Readonly<Record<"base" | "tuned", string>>;
  readonly home: string;
  readonly homeHint: string;
  readonly adapter: string;
  readonly whole: string;
  readonly onlyAdapter: string;
  readonly kept: (goal: string, base: string) => string;
  readonly keptAt: (step: number, total: number) => string;
  readonly keptDone: string;
  readonly takeUp: string;
  readonly openKept: string;
  readonly forget: string;
  readonly headers: string;
}

/** What the page says. */
export const MESSAGES: Messages<Words> = {
  en: {
    title: "Fine-tune on your own lines",
    lead: "A small model learns from your examples here, in your browser. Try it at once, and take it home.",
    goal: "What shall it become?",
    goals: { classify: "A classifier", embed: "An embedder", write: "A writer" },
    goalHints: {
      classify: "It puts a text in one of your classes: a topic, a mood, an intent.",
      embed: "It finds the text that belongs to another: an answer to a question, a sentence of the same meaning.",
      write: "It writes like your texts, or answers like your answers.",
    },
    begin: { encoder: "Begin with an encoder", writer: "Begin with a language model" },
    beginHint: "Downloaded once and kept in this browser. Or drop a model folder on the page.",
    data: "Your examples",
    dataHint: {
      classify: "A line for each: a text, a bar | or a tab, and its label. Or a table with the columns text and label.",
      embed:
        "A line for each pair: two texts with a bar | or a tab between. Or a table with the columns anchor and positive.",
      write: "Texts with an empty line between, or lines of a prompt, a bar | or a tab, and the answer.",
    },
    lines: "Lines",
    placeholder: {
      classify: "The parcel never came | delivery\nHow do I change my password? | account",
      embed: "How do I change my password? | Open Settings, then Security.",
      write: "Say when the mill opens. | The mill opens at six.",
    },
    pick: "Choose files …",
    removeFile: (name) => `Remove ${name}`,
    readingLines: "Reading …",
    count: (count) => (count === 1 ? "1 example" : `${formatCount(count)} examples`),
    tokens: (total, longest) => `${formatCount(total)} tokens, ${formatCount(longest)} in the longest text`,
    cut: (count) =>
      count === 1
        ? "1 text is too long and is cut or left out"
        : `${formatCount(count)} texts are too long and are cut or left out`,
    labels: "Labels",
    first: "The first of them",
    leftOut: (count) => (count === 1 ? "1 line is left out" : `${formatCount(count)} lines are left out`),
    line: (name, line) => [name, line > 0 ? `line ${formatCount(line)}` : ""].filter(Boolean).join(", "),
    problems: {
      utf8: "This is no text in UTF-8, so the file is not read.",
      json: "This is no JSON object.",
      fields: "A field is missing, or is no text.",
      columns: "It has another number of columns.",
      quote: "A quotation mark is never closed.",
      empty: "One side is empty.",
      answer: "The conversation does not end with an answer of the assistant.",
      file: "Files of this kind are not read: use .txt, .jsonl, .csv or .tsv.",
    },
    more: (count) => `and ${formatCount(count)} more`,
    train: "Training",
    start: "Train",
    again: "Train anew",
    goOn: "Continue",
    stop: "Stop",
    stopping: "Stopping after this step …",
    preparing: "Preparing …",
    learning: "Learning …",
    hindrances: {
      model: "Open a model first.",
      encoder: "For this, open an encoder such as BERT or MiniLM.",
      writer: "For this, open a language model such as SmolLM2 or Qwen.",
      examples: "Add examples first.",
      labels: "Add examples of at least two labels.",
      pairs: "Add at least two pairs.",
      reading: "The examples are being read.",
    },
    settings: "More",
    settingsAre: (epochs, rank) => `${epochs === 1 ? "1 pass" : `${epochs} passes`} · rank ${rank}`,
    epochs: "Passes over the examples",
    learningRate: "Learning rate",
    rank: "Rank of the adapter",
    batchSize: "Examples in a step",
    maxTokens: "Most tokens of a text",
    adapterHint: "The model itself stays as it is. What is learned is a small adapter beside it (LoRA).",
    step: (step, total) => `Step ${formatCount(step)} of ${formatCount(total)}`,
    timeLeft: (time) => `about ${time} left`,
    memory: (size) => `${size} of memory`,
    loss: "Loss",
    heldBack: "on examples held back",
    right: (share) => `${share} right`,
    curve: (from, to, steps) => `The loss went from ${from} to ${to} in ${formatCount(steps)} steps.`,
    unkept: "This browser cannot keep the training, so it ends when the page is closed.",
    stoppedAt: (step, total) => `Stopped at step ${formatCount(step)} of ${formatCount(total)}.`,
    done: (steps) => `Done: ${steps === 1 ? "1 step" : `${formatCount(steps)} steps`}.`,
    tryIt: "Try it",
    tryLabels: { classify: "A text", embed: "A text to find others by", write: "A beginning" },
    tryButtons: { classify: "Classify", embed: "Find", write: "Write" },
    sides: { tuned: "After", base: "Before" },
    home: "Take it home",
    homeHint: "The adapter is small and opens in Python's PEFT beside its model. The folder is a model by itself.",
    adapter: "The adapter",
    whole: "The whole model",
    onlyAdapter: "This model is held in fewer bits than floats, so the adapter is all there is to take.",
    kept: (goal, base) => `A training from your last visit is kept here: ${goal.toLowerCase()} from ${base}.`,
    keptAt: (step, total) => `It is at step ${formatCount(step)} of ${formatCount(total)}.`,
    keptDone: "It is done.",
    takeUp: "Continue",
    openKept: "Open it",
    forget: "Forget it",
    headers:
      "This page computes with one thread. To use them all, let the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
  },
  ko: {
    title: "내 글로 모델 다듬기",
    lead: "작은 모델이 브라우저 안에서 예문을 보고 배웁니다. 바로 써 보고 파일로 가져갈 수 있습니다.",
    goal: "어떤 모델로 만들까요?",
    goals: { classify: "분류 모델", embed: "임베딩 모델", write: "글쓰기 모델" },
    goalHints: {
      classify: "글을 주제, 감정, 의도처럼 직접 정한 분류로 나눕니다.",
      embed: "질문의 답이나 뜻이 같은 문장처럼, 서로 짝이 되는 글을 찾습니다.",
      write: "넣어 준 글처럼 쓰거나, 넣어 준 답처럼 대답합니다.",
    },
    begin: { encoder: "인코더 모델로 시작하기", writer: "언어 모델로 시작하기" },
    beginHint: "한 번만 내려받아 이 브라우저에 보관합니다. 모델 폴더를 페이지에 끌어다 놓아도 됩니다.",
    data: "예문",
    dataHint: {
      classify:
        "한 줄에 하나씩, 글과 분류 이름 사이에 세로줄(|)이나 탭을 넣으세요. text 열과 label 열이 있는 표도 됩니다.",
      embed: "한 줄에 한 쌍씩, 두 글 사이에 세로줄(|)이나 탭을 넣으세요. anchor 열과 positive 열이 있는 표도 됩니다.",
      write: "글 사이에 빈 줄을 넣거나, 한 줄에 하나씩 질문과 답 사이에 세로줄(|)이나 탭을 넣으세요.",
    },
    lines: "예문 입력",
    placeholder: {
      classify: "택배가 아직 안 왔어요 | 배송\n비밀번호는 어떻게 바꾸나요? | 계정",
      embed: "비밀번호는 어떻게 바꾸나요? | 설정에서 보안을 여세요.",
      write: "방앗간은 언제 여나요? | 방앗간은 여섯 시에 엽니다.",
    },
    pick: "파일 고르기 …",
    removeFile: (name) => `${name} 빼기`,
    readingLines: "읽는 중 …",
    count: (count) => `예문 ${formatCount(count)}개`,
    tokens: (total, longest) => `토큰 ${formatCount(total)}개, 가장 긴 글은 ${formatCount(longest)}개`,
    cut: (count) => `너무 긴 글 ${formatCount(count)}개는 자르거나 뺍니다`,
    labels: "분류",
    first: "처음 몇 개",
    leftOut: (count) => `${formatCount(count)}줄을 뺐습니다`,
    line: (name, line) => [name, line > 0 ? `${formatCount(line)}번째 줄` : ""].filter(Boolean).join(", "),
    problems: {
      utf8: "UTF-8로 된 글이 아니어서 이 파일은 읽지 않았습니다.",
      json: "JSON 객체가 아닙니다.",
      fields: "필요한 항목이 없거나 글이 아닙니다.",
      columns: "열의 수가 다릅니다.",
      quote: "따옴표가 닫히지 않았습니다.",
      empty: "한쪽이 비어 있습니다.",
      answer: "대화가 어시스턴트의 답으로 끝나지 않습니다.",
      file: "이 종류의 파일은 읽을 수 없으니 .txt, .jsonl, .csv, .tsv 파일을 쓰세요.",
    },
    more: (count) => `그 밖에 ${formatCount(count)}개`,
    train: "학습",
    start: "학습하기",
    again: "처음부터 다시 학습하기",
    goOn: "이어서 학습하기",
    stop: "멈추기",
    stopping: "이번 단계를 마치고 멈춥니다 …",
    preparing: "준비하는 중 …",
    learning: "배우는 중 …",
    hindrances: {
      model: "먼저 모델을 여세요.",
      encoder: "이 목표에는 BERT나 MiniLM 같은 인코더 모델을 여세요.",
      writer: "이 목표에는 SmolLM2나 Qwen 같은 언어 모델을 여세요.",
      examples: "먼저 예문을 넣으세요.",
      labels: "분류가 둘 이상 되도록 예문을 넣으세요.",
      pairs: "두 쌍 이상 넣으세요.",
      reading: "예문을 읽고 있습니다.",
    },
    settings: "더 보기",
    settingsAre: (epochs, rank) => `${epochs}번 반복 · 랭크 ${rank}`,
    epochs: "예문을 반복하는 횟수",
    learningRate: "학습률",
    rank: "어댑터의 랭크",
    batchSize: "한 단계의 예문 수",
    maxTokens: "글 하나의 최대 토큰 수",
    adapterHint: "모델 자체는 그대로 두고, 배운 것은 작은 어댑터(LoRA)에 담습니다.",
    step: (step, total) => `${formatCount(total)}단계 중 ${formatCount(step)}단계`,
    timeLeft: (time) => `약 ${time} 남음`,
    memory: (size) => `메모리 ${size}`,
    loss: "손실",
    heldBack: "따로 둔 예문에서",
    right: (share) => `정답률 ${share}`,
    curve: (from, to, steps) => `손실이 ${formatCount(steps)}단계 동안 ${from}에서 ${to}(으)로 바뀌었습니다.`,
    unkept: "이 브라우저에 학습을 보관할 수 없어, 페이지를 닫으면 사라집니다.",
    stoppedAt: (step, total) => `${formatCount(total)}단계 중 ${formatCount(step)}단계에서 멈췄습니다.`,
    done: (steps) => `${formatCount(steps)}단계를 모두 마쳤습니다.`,
    tryIt: "써 보기",
    tryLabels: { classify: "분류할 글", embed: "찾을 글", write: "글의 시작" },
    tryButtons: { classify: "분류하기", embed: "찾기", write: "쓰기" },
    sides: { tuned: "학습 후", base: "학습 전" },
    home: "가져가기",
    homeHint: "어댑터는 작고, 원래 모델과 함께 파이썬 PEFT에서 열립니다. 폴더는 그대로 모델 하나입니다.",
    adapter: "어댑터",
    whole: "모델 전체",
    onlyAdapter: "이 모델은 부동소수점보다 적은 비트로 담겨 있어 어댑터만 가져갈 수 있습니다.",
    kept: (goal, base) => `지난번에 하던 학습이 여기에 있습니다: ${base}(으)로 만드는 ${goal}.`,
    keptAt: (step, total) => `${formatCount(total)}단계 중 ${formatCount(step)}단계까지 했습니다.`,
    keptDone: "학습을 마쳤습니다.",
    takeUp: "이어서 학습하기",
    openKept: "열기",
    forget: "지우기",
    headers:
      "이 페이지는 스레드 하나로 계산합니다. 모두 쓰려면 서버가 Cross-Origin-Opener-Policy: same-origin과 Cross-Origin-Embedder-Policy: require-corp를 보내게 하세요.",
  },
};
