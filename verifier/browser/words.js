// The words of one language, as verifier/words.py says them. `texts` is what /words/LANG gives, and its `language` beside it.
const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
];
const CHINA = 8 * 60; // minutes before UTC: where certificates are issued and read
const MINUTE = 60 * 1000;
const MOMENT = /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d(?:[.,]\d+)?)?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/;

export class Words {
  constructor(texts) {
    this.texts = texts;
    this.language = texts.language;
  }

  has(key) {
    return Object.hasOwn(this.texts, key);
  }

  // The text of `key` as nodes; each value is isolated, so that its writing direction ends with it.
  say(key, values = {}) {
    const said = document.createDocumentFragment();
    this.texts[key].split(/\{(\w+)\}/).forEach((piece, place) => {
      if (place % 2 === 0) return said.append(piece);
      const isolated = document.createElement("bdi");
      const value = values[piece];
      isolated.append(typeof value === "string" ? value : value.cloneNode(true));
      said.append(isolated);
    });
    return said;
  }

  // A date as people write it, the day being Beijing's; what is no date is shown as it is.
  day(moment) {
    const there = inChina(moment.includes("T") ? moment : `${moment}T00:00:00+08:00`);
    if (!there) return unbroken(moment);
    const [year, month, day] = [there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate()];
    if (this.language.startsWith("zh")) return unbroken(`${year} 年 ${month + 1} 月 ${day} 日`);
    return unbroken(`${day} ${MONTHS[month]} ${year}`);
  }

  // A moment to the minute in Beijing time.
  time(moment) {
    const there = inChina(moment);
    if (!there) return unbroken(moment);
    const month = there.getUTCMonth();
    const values = {
      year: there.getUTCFullYear(),
      month: this.language.startsWith("zh") ? month + 1 : MONTHS[month],
      day: there.getUTCDate(),
      clock: there.toISOString().slice(11, 16),
    };
    return unbroken(this.texts["verdict.time"].replace(/\{(\w+)\}/g, (_, name) => values[name]));
  }

  // The text in the language nearest to this one; "" when there is none.
  of(texts) {
    const [nearest] = this.byNearness(texts);
    return nearest === undefined ? "" : texts[nearest];
  }

  // The reader's language first, then another script of it, then the others as they come.
  byNearness(texts) {
    const primary = (language) => language.split("-", 1)[0];
    const distance = (language) => (language === this.language ? 0 : primary(language) === primary(this.language) ? 1 : 2);
    return Object.keys(texts).sort((one, other) => distance(one) - distance(other));
  }
}

// The moment as a Date whose UTC parts are what clocks in China show; null for what is none.
function inChina(moment) {
  const [, day, clock, sign, hours, minutes] = MOMENT.exec(moment) ?? [];
  const written = new Date(`${day}T${clock}:00Z`);
  if (Number.isNaN(written.getTime()) || written.getUTCFullYear() < 1) return null;
  if (written.toISOString().slice(0, 10) !== day) return null; // the 30th of February
  const offset = sign ? (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes)) : 0;
  const there = new Date(written.getTime() + (CHINA - offset) * MINUTE);
  const year = there.getUTCFullYear();
  return year < 1 || year > 9999 ? written : there; // the last day of the calendar is no later in China
}

const unbroken = (text) => text.replaceAll(" ", "\u00a0");
