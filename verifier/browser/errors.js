// What stops a verification in the browser. As in credential/errors.py, a `fault` says exactly what was wrong, and is stable.

class Stopped extends Error {
  constructor(fault) {
    super(fault);
    this.fault = fault;
  }
}

// Not in the one strict form that is read. Final: nothing that could still be fetched would change it.
export class Malformed extends Stopped {}

// What is needed cannot be had, or is not what it must be. `fault` is "" where nobody said more.
export class Unreachable extends Stopped {}

// Not for the browser to decide: another format than our QR code's, another make, or anything in doubt. The server can.
export class Ask extends Stopped {}
