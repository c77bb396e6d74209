// The table of a pile: what needs a human on top, sorted by its columns' buttons, sieved; each row opens its verdict.
import { lineOf, wordOf } from "./lines.js";
import { clash } from "./names.js";

const SYMBOLS = { valid: "✓", invalid: "✗", unchecked: "?" };
// The columns that are seen, each with the cell of a line that it is sorted by.
const SHOWN = { number: "number", item: "item", verdict: "verdict", reason: "reason", name: "name_signed", achievement: "achievement" };

export class Table {
  // `open` is called with a row whose button was pressed.
  constructor(words, table, open) {
    this.words = words;
    this.open = open;
    this.rows = new Map(); // by number: { row, line, tr }
    this.sorted = { by: "number", descending: false };
    this.sieve = { kind: "all", text: "" };
    this.collator = new Intl.Collator(words.language, { numeric: true });
    this.parts = { human: this.part("human"), others: this.part("others") };
    this.heads = Object.keys(SHOWN).map((column) => this.head(column));
    // At the width of a phone rows are drawn as cards, which a browser no longer takes for a table unless it is told.
    table.setAttribute("role", "table");
    table.append(
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...this.heads)),
      this.parts.human,
      this.parts.others,
    );
    this.mark();
  }

  // Takes a row as it comes. Those before it with the same credential are marked as well.
  add(row) {
    const before = row.same_as.map((number) => this.rows.get(number)?.row).filter(Boolean);
    const names = [row, ...before].map(({ name_expected: name }) => name ?? null);
    for (const earlier of before) {
      const human = earlier.needs_human || clash(earlier.name_expected ?? null, names);
      this.place({ ...earlier, same_as: inOrder([...earlier.same_as, row.number]), needs_human: human });
    }
    this.place({ ...row, same_as: inOrder(row.same_as) });
  }

  place(row) {
    const earlier = this.rows.get(row.number)?.tr;
    const focused = earlier?.contains(document.activeElement);
    const line = lineOf(this.words, row);
    const entry = { row, line, tr: this.drawn(row, line) };
    earlier?.remove();
    this.rows.set(row.number, entry);
    const part = this.parts[row.needs_human ? "human" : "others"];
    const later = [...part.querySelectorAll("tr[data-number]")].find((tr) => this.compare(entry, this.rows.get(Number(tr.dataset.number))) < 0);
    part.insertBefore(entry.tr, later ?? null);
    entry.tr.hidden = !this.passes(entry);
    if (focused) entry.tr.querySelector("button").focus();
    this.head_of_part(row.needs_human);
    if (earlier) this.head_of_part(!row.needs_human);
  }

  all() {
    return [...this.rows.values()].map(({ row }) => row).sort((one, other) => one.number - other.number);
  }

  count(kind) {
    return [...this.rows.values()].filter(({ row }) => isOf(kind, row)).length;
  }

  sift(sieve) {
    this.sieve = sieve;
    for (const entry of this.rows.values()) entry.tr.hidden = !this.passes(entry);
    for (const human of [true, false]) this.head_of_part(human);
    return [...this.rows.values()].filter(({ tr }) => !tr.hidden).length;
  }

  sort(by) {
    const descending = this.sorted.by === by && !this.sorted.descending;
    this.sorted = { by, descending };
    const entries = [...this.rows.values()].sort((one, other) => this.compare(one, other));
    for (const { row, tr } of entries) this.parts[row.needs_human ? "human" : "others"].append(tr);
    this.mark();
  }

  compare(one, other) {
    const key = SHOWN[this.sorted.by];
    const found = this.collator.compare(one.line[key], other.line[key]) * (this.sorted.descending ? -1 : 1);
    return found || one.row.number - other.row.number;
  }

  passes({ row, line }) {
    const text = this.sieve.text.normalize("NFKC").toLowerCase();
    return isOf(this.sieve.kind, row) && Object.values(line).some((cell) => cell.normalize("NFKC").toLowerCase().includes(text));
  }

  mark() {
    const order = this.sorted.descending ? "descending" : "ascending";
    this.heads.forEach((head, place) => head.setAttribute("aria-sort", Object.keys(SHOWN)[place] === this.sorted.by ? order : "none"));
  }

  head(column) {
    const title = column === "name" ? this.words.texts["report.names"] : this.words.texts[`column.${column}`];
    const button = element("button", { type: "button" }, title);
    button.addEventListener("click", () => this.sort(column));
    return element("th", { role: "columnheader", scope: "col" }, button);
  }

  part(kind) {
    const title = element("th", { role: "rowheader", colspan: "6", scope: "rowgroup" }, this.words.texts[`pile.${kind}`]);
    return element("tbody", { role: "rowgroup", class: kind, hidden: "" }, element("tr", { role: "row" }, title));
  }

  // A part without a row that is seen is not seen either.
  head_of_part(human) {
    const part = this.parts[human ? "human" : "others"];
    part.hidden = !part.querySelector("tr[data-number]:not([hidden])");
  }

  drawn(row, line) {
    const { texts } = this.words;
    const word = wordOf(row);
    const button = element("button", { type: "button", class: "opens" }, isolated(line.item || line.number));
    button.addEventListener("click", () => this.open(row));
    const notes = [];
    if (row.name_matches === false) notes.push(texts["row.names_differ"]);
    if (row.same_as.length) notes.push(texts["row.same_as"].replace("{rows}", row.same_as.join(", ")));
    const cells = {
      number: [line.number],
      item: [button],
      verdict: [element("strong", { class: word }, `${SYMBOLS[word]} ${line.verdict}`), ...(row.needs_human ? [small(texts["column.needs_human"])] : [])],
      reason: [line.reason, ...notes.map((note) => element("strong", { class: "note" }, note))],
      name: [isolated(line.name_signed), ...(line.name_expected ? [this.expected(line.name_expected)] : [])],
      achievement: [isolated(line.achievement), ...[line.issuer, line.code, line.issued].filter(Boolean).map((text) => small(isolated(text)))],
    };
    const drawn = Object.entries(cells).map(([column, content]) => element("td", { role: "cell", class: `in-${column}` }, ...content));
    return element("tr", { role: "row", "data-number": line.number }, ...drawn);
  }

  expected(name) {
    return small(this.words.say("report.expected", { name }));
  }
}

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

const isOf = (kind, row) => kind === "all" || (kind === "human" ? row.needs_human : wordOf(row) === kind);
const isolated = (text) => element("bdi", {}, text);
const small = (...content) => element("small", {}, ...content);
const inOrder = (numbers) => [...numbers].sort((one, other) => one - other);
