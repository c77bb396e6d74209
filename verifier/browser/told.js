// What /api/piles tells: a line of JSON for each thing, as it comes.

// Yields each object of the stream; ends where the stream does, whether or not all was told.
export async function* told(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return; // a line without its end is none
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
