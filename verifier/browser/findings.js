// What the steps found, and the verdict they add up to: verifier/findings.py. The one place in the browser that says `valid`.

const STEPS = ["token", "known_issuer", "signature", "in_force", "status", "document"];
const GRAVEST = ["revoked", "expired", "not_yet_valid"]; // of what can be found here; all else that fails stands alone
const FOREMOST_DOUBT = "status_unavailable"; // it says what a person has to fear

export class Findings {
  issuer = null;
  credential = null;
  revocation = undefined;
  #steps = new Map();
  #failures = [];
  #doubts = [];

  // `more` may hold `code`, `detail` and `as_of`, as in the server's verdict.
  passed(step, more = {}) {
    this.#steps.set(step, { step, result: "passed", ...more });
  }

  failed(step, reason, more = {}) {
    this.#steps.set(step, { step, result: "failed", ...more });
    this.#failures.push(reason);
  }

  notChecked(step, reason, more = {}) {
    this.#steps.set(step, { step, result: "not_checked", ...more });
    this.#doubts.push(reason);
  }

  // The step does not apply to what was handed in.
  neutral(step) {
    this.#steps.set(step, { step, result: "not_checked" });
  }

  // `invalid` when anything failed, else `unchecked` when anything is in doubt or was not looked at, else `valid`.
  verdict(now) {
    const made = STEPS.every((step) => this.#steps.has(step));
    const [verdict, reason] =
      this.#failures.length > 0 ? ["invalid", this.#gravest()]
      : this.#doubts.length > 0 || !made ? ["unchecked", this.#foremostDoubt()]
      : ["valid", "ok"];
    return {
      verdict,
      reason,
      steps: STEPS.map((step) => this.#steps.get(step) ?? { step, result: "not_checked" }),
      issuer: this.issuer,
      credential: this.credential,
      document: { shows: "not_compared", differences: [], traces: [] },
      checked_at: now.toISOString().replace(/\.\d+/, ""),
      ...(this.revocation && { revocation: this.revocation }),
    };
  }

  #gravest() {
    const gravity = (reason) => GRAVEST.indexOf(reason);
    return this.#failures.reduce((one, other) => (gravity(other) < gravity(one) ? other : one));
  }

  #foremostDoubt() {
    if (this.#doubts.length === 0) return "incomplete";
    return this.#doubts.includes(FOREMOST_DOUBT) ? FOREMOST_DOUBT : this.#doubts[0];
  }
}
