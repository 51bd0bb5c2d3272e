import type { Messages } from "@qkv/app-shell";
import type { Failure } from "./runMessages.ts";

const list = (names: readonly string[]) => names.join(", ");

/** What the page says around programs. */
export const MESSAGES: Messages<{
  program: (name: string) => string;
  edit: string;
  editor: (name: string) => string;
  leave: string;
  run: string;
  stop: string;
  reset: string;
  share: string;
  shared: string;
  notShared: string;
  fromLink: string;
  badLink: string;
  size: string;
  sizes: { full: string; tiny: string };
  preparing: string;
  running: string;
  done: string;
  stopped: string;
  output(name: string): string;
  loss: (steps: string, all: string) => string;
  line: (line: string) => string;
  goTo: (line: string) => string;
  failure: (failure: Failure) => string;
}> = {
  en: {
    program: (name) => `The program ${name}`,
    edit: "Change the program",
    editor: (name) => `Source of ${name}`,
    leave: "Tab leaves the editor.",
    run: "Run",
    stop: "Stop",
    reset: "Reset",
    share: "Link with your change",
    shared: "The link is in the clipboard, and in the address of this page.",
    notShared: "The link is in the address of this page.",
    fromLink: "This program came with the link. Read it before you run it.",
    badLink: "The link holds no program that can be read. This is the program as it stands in the book.",
    size: "Size of the run",
    sizes: { full: "Whole", tiny: "Small" },
    preparing: "Loading what it imports …",
    running: "Running …",
    done: "Done.",
    stopped: "Stopped.",
    output: (name) => `Output of ${name}`,
    loss: (steps, all) => `Loss, step ${steps} of ${all}`,
    line: (line) => `Line ${line}: `,
    goTo: (line) => `Go to line ${line}`,
    failure: (failure) => {
      switch (failure.kind) {
        case "syntax":
          return `This is no TypeScript: ${failure.message}.`;
        case "thrown":
          return failure.message;
        case "noModule":
          return `“${failure.name}” cannot be imported here. There are: ${list(failure.available)}.`;
        case "noExport":
          return `${failure.module} exports no “${failure.name}”.${failure.similar.length > 0 ? ` Did you mean ${list(failure.similar)}?` : ""}`;
        case "memory":
          return "The program wants more memory than the page gives it. Ask for less at once, and dispose of tensors.";
        case "printed":
          return "The program was stopped after 2,000 printed lines.";
        case "silent":
          return "The program was stopped: it gave no sign of life for 15 seconds. Does a loop never end, or fill the memory?";
        case "time":
          return "The program was stopped after 15 minutes.";
      }
    },
  },
  ko: {
    program: (name) => `프로그램 ${name}`,
    edit: "프로그램 고치기",
    editor: (name) => `${name}의 소스`,
    leave: "Tab을 누르면 편집기에서 나갑니다.",
    run: "실행",
    stop: "멈추기",
    reset: "처음으로",
    share: "고친 프로그램의 링크",
    shared: "링크를 클립보드와 이 페이지의 주소에 넣었습니다.",
    notShared: "링크를 이 페이지의 주소에 넣었습니다.",
    fromLink: "링크에 담겨 온 프로그램입니다. 읽어 본 다음 실행하세요.",
    badLink: "링크에서 프로그램을 읽을 수 없습니다. 아래는 책에 실린 그대로의 프로그램입니다.",
    size: "실행 크기",
    sizes: { full: "전체", tiny: "작게" },
    preparing: "가져올 것을 불러오는 중 …",
    running: "실행 중 …",
    done: "끝났습니다.",
    stopped: "멈췄습니다.",
    output: (name) => `${name}의 출력`,
    loss: (steps, all) => `손실, ${all}단계 중 ${steps}단계`,
    line: (line) => `${line}번째 줄: `,
    goTo: (line) => `${line}번째 줄로 가기`,
    failure: (failure) => {
      switch (failure.kind) {
        case "syntax":
          return `TypeScript로 읽을 수 없습니다: ${failure.message}`;
        case "thrown":
          return failure.message;
        case "noModule":
          return `‘${failure.name}’을(를) 여기서는 가져올 수 없습니다. 가져올 수 있는 것: ${list(failure.available)}`;
        case "noExport":
          return `${failure.module}에는 ‘${failure.name}’이(가) 없습니다.${failure.similar.length > 0 ? ` 혹시 ${list(failure.similar)}인가요?` : ""}`;
        case "memory":
          return "프로그램이 페이지가 줄 수 있는 것보다 많은 메모리를 원합니다. 한 번에 덜 쓰고, 다 쓴 텐서는 정리하세요.";
        case "printed":
          return "2,000줄을 출력하여 프로그램을 멈췄습니다.";
        case "silent":
          return "15초 동안 아무 소식이 없어 프로그램을 멈췄습니다. 끝나지 않거나 메모리를 가득 채우는 반복이 있지 않나요?";
        case "time":
          return "15분이 지나 프로그램을 멈췄습니다.";
      }
    },
  },
};
