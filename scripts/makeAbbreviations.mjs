// Writes packages/pretrained/src/tasks/translation/cldrAbbreviations.ts from the sentence break suppressions of Unicode's CLDR.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "cldr-segments-full@46.1.0";

// In CLDR's lists, and words of the language that a sentence may well end with.
const WORDS = {
  de: "Port Alt Di So Sa Mo Mi Do Fr am Test Best Trans Kop Int PIN Rel Mod Chin Max Min Mind gest led gesch verh geb gek Fam Ben Dir Art",
  en: "Act All As By Card DC Do Go Hat In Is Jam Job Joe Link Long Ok OK On Or PC Pro To Up AB AA Cap Ex Id Lib Mart Def AD Gb Hz Kb Mb Md",
  es: "may mar Kit Rol Sol col Bien All Korn Fabric Em K SA CA DC AA PP Reg RAM Desv cap vie fund Ant Mons bol fig figs",
  fr: "mer fig All Mart DC Desc Comm Var cam ill coll doc config ex",
  it: "all fig ver on DC Mod mod int mitt L Liv arch",
  pt: "mar Mar fig com ex mov set out res cat lit pal long sup cap cont ref port",
  ru: "до",
};

const folder = mkdtempSync(join(tmpdir(), "cldr-"));
try {
  const packed = execFileSync("npm", ["pack", "--silent", PACKAGE], { cwd: folder, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", packed], { cwd: folder });
  const segments = join(folder, "package", "segments");
  const lists = readdirSync(segments).flatMap((language) => {
    const words = abbreviationsOf(readFileSync(join(segments, language, "suppressions.json"), "utf8"), language);
    return words.length === 0 ? [] : [`  ${language}:\n${lines(words)},\n`];
  });
  const licence = readFileSync(join(folder, "package", "LICENSE"), "utf8").trim();
  const notice = licence.split("\n").map((line) => `// ${line}`.trimEnd());
  const file = fileURLToPath(
    new URL("../packages/pretrained/src/tasks/translation/cldrAbbreviations.ts", import.meta.url),
  );
  writeFileSync(
    file,
    [
      `// Written by scripts/makeAbbreviations.mjs from ${PACKAGE}, whose notice follows.`,
      "//",
      ...notice,
      "",
      "/** Words that a full stop follows within a sentence, without it, separated by spaces, by language. */",
      "export const CLDR_ABBREVIATIONS: Readonly<Record<string, string>> = {",
      `${lists.join("")}};`,
      "",
    ].join("\n"),
  );
  execFileSync("npx", ["prettier", "--write", file], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true });
}

/** Each word of a language's suppressions; not those that every language's rules know by their looks. */
function abbreviationsOf(json, language) {
  const { SentenceBreak } = JSON.parse(json).segments.segmentations;
  const ordinary = new Set((WORDS[language] ?? "").split(" "));
  const words = (SentenceBreak?.standard ?? []).flatMap(({ suppression }) => suppression.split(" "));
  const isWord = (word) => /^\p{L}{2,}(?:[./-]\p{L}+)*$/u.test(word) && !/^\p{L}{1,2}(?:\.\p{L}{1,2})+$/u.test(word);
  return [...new Set(words.map((word) => word.replace(/\.$/, "")))]
    .filter((word) => isWord(word) && !ordinary.has(word))
    .sort();
}

function lines(words) {
  const found = [""];
  for (const word of words) {
    if (found.at(-1).length + word.length > 100) found.push("");
    found[found.length - 1] += `${word} `;
  }
  return found.map((line, i) => `    "${i === found.length - 1 ? line.trim() : line}"`).join(" +\n");
}
