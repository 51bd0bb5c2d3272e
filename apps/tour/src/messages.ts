import type { Messages } from "@qkv/app-shell";

/** What the book says around its chapters. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  contents: string;
  start: string;
  goOn: string;
  howTo: string;
  d2l: string;
  section: (number: string) => string;
  chapter: (number: string, all: string) => string;
  read: string;
  solved: string;
  markRead: string;
  previous: string;
  next: string;
  loading: string;
  noChapter: string;
  noChapterLead: string;
  exercise: string;
  yourAnswer: string;
  check: string;
  right: string;
  wrong: string;
  noNumber: string;
  hint: string;
  figure: (number: string) => string;
}> = {
  en: {
    title: "Attention, to touch",
    lead: "From one query and a few keys to a Transformer that translates: a book whose figures you move and whose programs you change and run, in this page.",
    contents: "Contents",
    start: "Start with the first chapter",
    goOn: "Continue",
    howTo:
      "Every figure computes with the same packages that you install from npm, and every program is a file of the project that its tests run. Move the figures by mouse, touch or keys. Your progress stays in this browser.",
    d2l: "In Dive into Deep Learning:",
    section: (number) => `section ${number}`,
    chapter: (number, all) => `Chapter ${number} of ${all}`,
    read: "read",
    solved: "exercise solved",
    markRead: "I have read this chapter",
    previous: "Previous",
    next: "Next",
    loading: "Loading …",
    noChapter: "No such chapter",
    noChapterLead: "The address names a chapter that this book does not have.",
    exercise: "Exercise",
    yourAnswer: "Your answer",
    check: "Check",
    right: "Right.",
    wrong: "Not yet. Try again, or open the hint.",
    noNumber: "Write a number, like 3.5.",
    hint: "Hint",
    figure: (number) => `Figure ${number}.`,
  },
  ko: {
    title: "손으로 만지는 어텐션",
    lead: "질의 하나와 키 몇 개에서 번역하는 트랜스포머까지. 그림은 직접 움직이고 프로그램은 직접 고쳐서 이 페이지에서 실행하는 책입니다.",
    contents: "차례",
    start: "첫 장부터 시작하기",
    goOn: "이어 읽기",
    howTo:
      "그림은 모두 여러분이 설치해서 쓰는 것과 같은 패키지로 계산하고, 프로그램은 모두 이 프로젝트의 테스트가 실행하는 파일 그대로입니다. 그림은 마우스나 손가락, 키보드로 움직일 수 있습니다. 읽은 기록은 이 브라우저에만 남습니다.",
    d2l: "‘Dive into Deep Learning’에서:",
    section: (number) => `${number}절`,
    chapter: (number, all) => `전체 ${all}장 중 ${number}장`,
    read: "읽음",
    solved: "연습 문제 풂",
    markRead: "이 장을 읽었습니다",
    previous: "이전",
    next: "다음",
    loading: "불러오는 중 …",
    noChapter: "없는 장입니다",
    noChapterLead: "주소가 가리키는 장이 이 책에는 없습니다.",
    exercise: "연습 문제",
    yourAnswer: "답",
    check: "확인하기",
    right: "맞았습니다.",
    wrong: "아직 아닙니다. 다시 해 보거나 힌트를 열어 보세요.",
    noNumber: "3.5처럼 수를 적어 주세요.",
    hint: "힌트",
    figure: (number) => `그림 ${number}.`,
  },
};
