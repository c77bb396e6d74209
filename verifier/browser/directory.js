// Whom the verifier knows, out of its own /directory: verifier/directory/known.py and addresses.py.

// The last segment of an organisation's id. No dot and no %: nothing that a server could read as another address.
const ORGANISATION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const LONGEST = 2000;

// The issuer with this id: by an entry of its own, else as an organisation of a platform; null for anyone else.
export function issuerOf({ issuers }, id) {
  const own = issuers.find((issuer) => !issuer.platform && issuer.id === id);
  if (own) return { ...own, listed_by: {} };
  const platform = issuers.find(
    (each) => each.platform && id.startsWith(each.id) && ORGANISATION.test(id.slice(each.id.length)),
  );
  // It has no names here, for only the platform's stand in the directory; and it publishes its keys itself.
  return platform ? { ...platform, id, names: {}, listed_by: platform.names, keys: [], publishes_keys: true } : null;
}

// The platform, else an issuer, of the one service that a code's tag names.
export function serviceOf({ issuers }, tag) {
  return issuers.find((each) => each.platform && each.tag === tag) ?? issuers.find((each) => each.tag === tag) ?? null;
}

// Whether `url` lies under this issuer's prefix; no other address is ever asked on its behalf.
export function mayFetch(issuer, url) {
  return typeof url === "string" && !url.includes("#") && isOwn(issuer, url);
}

// Whether a key of this id could be this issuer's: an address of somebody else's is not.
export function mayOwn(issuer, kid) {
  return !/^https?:/.test(kid) || isOwn(issuer, kid);
}

// Whether `url` has the same origin as the prefix and its path begins with the same whole segments.
function isOwn({ url_prefix: prefix }, url) {
  const [there, known] = [split(url), split(prefix ?? "")];
  if (!there || !known || there.scheme !== known.scheme || there.host !== known.host) return false;
  const path = there.path.toLowerCase();
  const dotted = path.split("/").some((segment) => [".", ".."].includes(segment.replaceAll("%2e", ".")));
  const segments = there.path.split("/");
  const wanted = known.path.replace(/\/+$/, "").split("/");
  return wanted.every((segment, place) => segments[place] === segment) && !dotted && !/%2f|%5c/.test(path);
}

// The parts of an address that every reader takes apart in the same way; null for any other. Not by `new URL`, which mends
// what it reads: an address that must be mended is not what the issuer signed.
function split(url) {
  const found = /^(https?):\/\/([^/?#]+)([^?#]*)/i.exec(url);
  if (!found || url.length > LONGEST || /[^!-~]|[\\@]/.test(url)) return null;
  return { scheme: found[1].toLowerCase(), host: found[2].toLowerCase(), path: found[3] };
}
