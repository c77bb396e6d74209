// The files of a pile as the browser gives them: chosen, or dropped with whole folders. Each keeps its place in its folder.
const NO_CERTIFICATE = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX$)/i; // what systems lay beside the files of people

// From a file chooser: [{ path, file }].
export function chosen(files) {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })).filter(({ path }) => wanted(path));
}

// From a drop. Rejects when a folder cannot be read.
export async function dropped(transfer) {
  // The entries are gone as soon as the event is over, so all of them are asked for at once.
  const entries = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => [item.webkitGetAsEntry(), item.getAsFile()]);
  const found = await Promise.all(entries.map(([entry, file]) => (entry ? within(entry, entry.name) : [{ path: file.name, file }])));
  return found.flat().filter(({ path }) => wanted(path));
}

async function within(entry, path) {
  if (entry.isFile) return [{ path, file: await promised((done, failed) => entry.file(done, failed)) }];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await promised((done, failed) => reader.readEntries(done, failed)); // at most a hundred at a time
    if (!some.length) return found;
    for (const each of some) found.push(...(await within(each, `${path}/${each.name}`)));
  }
}

const promised = (asked) => new Promise((done, failed) => asked(done, failed));
const wanted = (path) => !path.split("/").some((part) => NO_CERTIFICATE.test(part));
