import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/controls.css";
import { Choice } from "./Choice.tsx";
import { keepFocus } from "./keepFocus.ts";
import { language, LANGUAGES, type Language, type Messages, useMessages } from "./language.ts";
import { siteLink } from "./siteLink.ts";
import { type Theme, theme } from "./theme.ts";

const MESSAGES: Messages<{
  home: string;
  language: string;
  theme: string;
  themes: Record<Theme, string>;
  local: string;
}> = {
  en: {
    home: "QKV, start page",
    language: "Language",
    theme: "Appearance",
    themes: { system: "Auto", light: "Light", dark: "Dark" },
    local: "Everything is computed on this device. Nothing that you put in leaves it.",
  },
  ko: {
    home: "QKV, 시작 페이지",
    language: "언어",
    theme: "화면 모드",
    themes: { system: "자동", light: "밝게", dark: "어둡게" },
    local: "모든 계산은 이 기기에서 이루어지며, 입력한 내용은 기기 밖으로 나가지 않습니다.",
  },
};

interface PageProps {
  readonly title: string;
  /** One sentence under it. */
  readonly lead: string;
  readonly children: ComponentChildren;
}

/** The name of the project; in a site it leads to the start page. */
function Brand() {
  const messages = useMessages(MESSAGES);
  const home = siteLink("home");
  if (home === undefined) return <span class="brand">QKV</span>;
  return (
    <a class="brand" href={home} aria-label={messages.home}>
      QKV
    </a>
  );
}

/** A page: one column, its title, and the switches of language and appearance. */
export function Page({ title, lead, children }: PageProps) {
  const messages = useMessages(MESSAGES);
  useEffect(() => {
    document.title = `${title} · QKV`;
  }, [title]);
  useEffect(() => keepFocus(document.getElementById("app") ?? document.body), []);
  return (
    <>
      <header class="page-head">
        <div class="row">
          <Brand />
          <span class="row switches">
            <Choice
              label={messages.language}
              options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
                value,
                label: <span lang={value}>{LANGUAGES[value]}</span>,
              }))}
              value={language.value}
              onChoose={(chosen) => (language.value = chosen)}
            />
            <Choice
              label={messages.theme}
              options={(["system", "light", "dark"] as const).map((value) => ({
                value,
                label: messages.themes[value],
              }))}
              value={theme.value}
              onChoose={(chosen) => (theme.value = chosen)}
            />
          </span>
        </div>
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
      </header>
      <main>{children}</main>
      <footer class="quiet small">
        <p>{messages.local}</p>
      </footer>
    </>
  );
}
