import { charSet } from "../regex/charClass.ts";
import { type Pieces, spellBytes } from "../text/pieces.ts";

// The scripts of SentencePiece's table, four letters each as ISO 15924 has them
// (https://github.com/google/sentencepiece/blob/v0.2.0/src/unicode_script_map.h). Later ones count as none.
const CODES =
  "LatnZyyyHaniZinhHangArabCyrlGrekHebrDevaThaiBengTamlTeluKndaMlymGujrGuruOryaSinhLaooTibtMymrGeorArmnEthiKhmrMong" +
  "BopoAdlmAhomHluwAvstBaliBamuBassBatkBhksBrahBraiBugiBuhdCansCariAghbCakmChamCherCoptXsuxCprtDsrtDuplEgypElbaGlag" +
  "GothGranHanoHatrArmiPhliPrtiJavaKthiKaliKharKhojSindLepcLimbLinaLinbLisuLyciLydiMahjMandManiMarcMteiMendMercMero" +
  "PlrdModiMrooMultNbatTaluNewaNkooOgamOlckHungItalNarbPermXpeoSarbOrkhOsgeOsmaHmngPalmPaucPhagPhnxPhlpRjngRunrSamr" +
  "SaurShrdShawSiddSgnwSoraSundSyloSyrcTglgTagbTaleLanaTavtTakrTangThaaTfngTirhUgarVaiiWaraYiii";

// Cn is of no script. Japanese is written in three scripts that count as one, and the prolonged sound mark belongs to it.
const SOURCES: Readonly<Record<string, string>> = {
  Cn: "[\\p{Cn}\\p{Co}]",
  Hani: "[\\p{sc=Hani}\\p{sc=Hira}\\p{sc=Kana}\\u30fc]",
  Zyyy: "[\\p{sc=Zyyy}--[ \\u30fc]]",
};

/** No script: spaces, and characters missing in the table. */
const ANY = -1;

let scripts: readonly { has(codePoint: number): boolean }[] | undefined;
const known = new Map<number, number>();

function scriptOf(codePoint: number): number {
  let script = known.get(codePoint);
  if (script === undefined) {
    // First what is not assigned: else each of those characters would be held against every script.
    scripts ??= ["Cn", ...(CODES.match(/.{4}/g) ?? [])].map((code) => charSet(SOURCES[code] ?? `\\p{sc=${code}}`));
    script = Math.max(ANY, scripts.findIndex((set) => set.has(codePoint)) - 1);
    if (known.size > 0xffff) known.clear();
    known.set(codePoint, script);
  }
  return script;
}

/** Splits every piece where the script changes; characters without one join those before them, or are left out. */
export function splitScripts(given: Pieces): Pieces {
  const pieces = spellBytes(given);
  const { source, bounds } = pieces;
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const end = bounds[i + 1] ?? 0;
    let last = ANY;
    for (let at = bounds[i] ?? 0; at < end;) {
      const codePoint = source.text.codePointAt(at) ?? 0;
      const script = scriptOf(codePoint);
      if (script !== ANY && script !== last) {
        if (last !== ANY) next.push(at);
        next.push(at);
        last = script;
      }
      at += codePoint > 0xffff ? 2 : 1;
    }
    if (last !== ANY) next.push(end);
  }
  return { ...pieces, bounds: next };
}
