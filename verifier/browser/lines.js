// A pile's table in words, as verifier/piles/table.py has it: one line for each row, and all of them as CSV.
import { meansIn } from "./worded.js";

const COLUMNS = [
  "number", "item", "verdict", "reason", "name_signed", "name_expected", "name_matches", "achievement", "issuer", "code",
  "issued", "same_as", "needs_human",
];
const BYTE_ORDER_MARK = "\ufeff"; // without it, Excel reads Chinese in the encoding of the machine
const FORMULA = /(^|;)([ \u00a0"]*[=+\-@\t\r\n＝＋－＠])/g;
const UNWRITTEN = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/; // Date takes much else for a date
const CHINA = 8 * 60 * 60 * 1000;

export const wordOf = (row) => row.verdict?.verdict ?? "unchecked"; // what was not opened was not checked

// The row in words, every cell a text; "" for what is not known.
export function lineOf(words, row) {
  const { credential: signed, issuer } = row.verdict ?? {};
  const yes = (said) => words.texts[said ? "column.yes" : "column.no"];
  return {
    number: String(row.number),
    item: row.item,
    verdict: words.texts[`word.${wordOf(row)}`],
    reason: reason(words, row),
    name_signed: (signed?.names ?? []).join(" · "),
    name_expected: row.name_expected ?? "",
    name_matches: typeof row.name_matches === "boolean" ? yes(row.name_matches) : "",
    achievement: words.of(signed?.achievement ?? {}),
    issuer: words.of(issuer?.name ?? {}),
    code: signed?.code ?? "",
    issued: day(signed?.valid_from ?? ""),
    same_as: (row.same_as ?? []).join(" "),
    needs_human: yes(row.needs_human),
  };
}

// No cell of it is a formula.
export function csvOf(words, rows) {
  const lines = rows.map((row) => lineOf(words, row)).map((line) => COLUMNS.map((column) => cell(line[column])));
  const head = COLUMNS.map((column) => words.texts[`column.${column}`]);
  const quoted = [head, ...lines].map((line) => line.map((text) => `"${text.replaceAll('"', '""')}"`).join(","));
  return `${BYTE_ORDER_MARK}${quoted.join("\r\n")}\r\n`;
}

function cell(text) {
  return text.replace(FORMULA, "$1'$2").replace(UNWRITTEN, "\ufffd").replaceAll("\u00a0", " ");
}

function reason(words, { verdict, problem }) {
  if (verdict) return meansIn(words, verdict).textContent;
  return words.texts[`unopened.${problem?.code}`] ?? problem?.detail ?? "";
}

function day(moment) {
  const there = new Date(MOMENT.test(moment) ? Date.parse(moment) + CHINA : Number.NaN);
  return Number.isNaN(there.getTime()) ? moment : there.toISOString().slice(0, 10);
}
