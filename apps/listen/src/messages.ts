import type { Messages } from "@qkv/app-shell";

/** What the page says. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  begin: string;
  beginHint: string;
  pick: string;
  speak: string;
  stopSpeaking: (time: string) => string;
  listen: string;
  language: string;
  asHeard: string;
  task: string;
  asSpoken: string;
  inEnglish: string;
  reading: (name: string) => string;
  listening: string;
  needsModel: string;
  stays: string;
  done: (count: string) => string;
  example: string;
  play: string;
  pause: string;
  timeline: string;
  wave: string;
  listened: (word: string) => string;
  transcript: string;
  time: (start: string, end: string) => string;
  empty: string;
  save: string;
  speed: string;
  times: (factor: string) => string;
  headers: string;
}> = {
  en: {
    title: "Listen, and see how",
    lead: "Speak, or drop a recording. A Whisper in your browser writes what is said, when each word was said, and where in the sound it listened.",
    begin: "Begin with a model",
    beginHint:
      "Downloaded once and kept in this browser. Or drop a model folder here: config.json, model.safetensors, tokenizer.json.",
    pick: "Pick a recording …",
    speak: "Speak",
    stopSpeaking: (time) => `Stop (${time})`,
    listen: "Listen to this",
    language: "Language",
    asHeard: "as heard",
    task: "The text",
    asSpoken: "As spoken",
    inEnglish: "In English",
    reading: (name) => `Reading ${name} …`,
    listening: "Listening …",
    needsModel: "Open a model first: what is below is an example.",
    stays: "Or drop a recording anywhere on the page. It does not leave this device.",
    done: (count) => `${count} parts written`,
    example:
      "An example: a synthetic voice, and what whisper-tiny.en wrote of it. Choose a word to see where it listened.",
    play: "Play",
    pause: "Pause",
    timeline: "The sound and its words",
    wave: "The sound",
    listened: (word) => `The sound, and where the model listened as it wrote “${word}”`,
    transcript: "What was said",
    time: (start, end) => `${start} – ${end}`,
    empty: "What is said appears here.",
    save: "Save as",
    speed: "Speed",
    times: (factor) => `${factor} times as fast as speech`,
    headers:
      "With more threads it is faster: let the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
  },
  ko: {
    title: "듣고, 들여다보기",
    lead: "말하거나 녹음 파일을 놓으세요. 브라우저 안의 Whisper가 들은 말을 받아 적고, 낱말마다 언제 말했는지, 소리의 어디를 들었는지 보여 줍니다.",
    begin: "먼저 모델을 여세요",
    beginHint:
      "한 번만 내려받아 이 브라우저에 보관합니다. 모델 폴더(config.json, model.safetensors, tokenizer.json)를 여기에 놓아도 됩니다.",
    pick: "녹음 파일 고르기 …",
    speak: "말하기",
    stopSpeaking: (time) => `멈추기 (${time})`,
    listen: "이 소리 듣기",
    language: "언어",
    asHeard: "들리는 대로",
    task: "받아 적을 글",
    asSpoken: "말한 언어로",
    inEnglish: "영어로",
    reading: (name) => `${name} 읽는 중 …`,
    listening: "듣는 중 …",
    needsModel: "먼저 모델을 여세요. 아래는 예시입니다.",
    stays: "녹음 파일을 페이지 어디에나 놓아도 됩니다. 소리는 이 기기를 떠나지 않습니다.",
    done: (count) => `${count}개 부분을 받아 적었습니다`,
    example: "예시: 합성한 목소리와 whisper-tiny.en이 받아 적은 글입니다. 낱말을 고르면 모델이 들은 곳이 보입니다.",
    play: "재생",
    pause: "일시 정지",
    timeline: "소리와 낱말",
    wave: "소리",
    listened: (word) => `소리, 그리고 모델이 ‘${word}’를 적을 때 들은 곳`,
    transcript: "들은 말",
    time: (start, end) => `${start} – ${end}`,
    empty: "들은 말이 여기에 나타납니다.",
    save: "저장 형식",
    speed: "속도",
    times: (factor) => `말하는 속도의 ${factor}배`,
    headers:
      "스레드를 여러 개 쓰면 더 빠릅니다. 서버가 Cross-Origin-Opener-Policy: same-origin과 Cross-Origin-Embedder-Policy: require-corp 헤더를 보내게 하세요.",
  },
};
