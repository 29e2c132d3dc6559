/* A large file in pieces: a cut connection costs one piece, and the same file chosen again goes on where it stopped. */

const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds before each new try, as long as nothing more arrives
const SAMPLE = 65536;

/* What this file is known by: name, size, date, and some of what is in it. */
async function markOf(file) {
  const middle = Math.max(0, Math.floor(file.size / 2) - SAMPLE / 2);
  const parts = [file.slice(0, SAMPLE), file.slice(middle, middle + SAMPLE), file.slice(-SAMPLE)];
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  const mix = (value) => { one = Math.imul(one ^ value, 2654435761); two = Math.imul(two ^ value, 1597334677); };
  for (const part of parts) for (const byte of new Uint8Array(await part.arrayBuffer())) mix(byte);
  for (const letter of file.name) mix(letter.codePointAt(0));
  const hex = (value) => (value >>> 0).toString(16).padStart(8, "0");
  return `${file.size}-${file.lastModified}-${hex(one)}${hex(two)}`;
}

class Refused extends Error {} // the server said no: its sentence
class Cut extends Error {} // no answer, or none of use
class Moved extends Error {} // the file stands elsewhere, or is not expected any more: begin again
class Dropped extends Error {} // the person does not want it

/* Tells `told(share)`; ends with one of done(asset), failed(sentence), dropped(). `stopped()` when it gave up for now:
   `goOn()` of what is returned tries again, `cancel()` drops it. */
export function sendInPieces(form, words, pieces, file, { told, waiting, stopped, done, failed, dropped }) {
  let request = null;
  let wake = null;
  let arrival = 0;
  let received = 0;
  let over = false;

  const ask = (address, values, progress) => new Promise((resolve, reject) => {
    if (over) { reject(new Dropped()); return; }
    request = new XMLHttpRequest();
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => resolve(judged(request)));
    request.addEventListener("error", () => reject(new Cut()));
    request.addEventListener("abort", () => reject(new Dropped()));
    request.open("POST", address);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(data);
  }).then((answer) => { if (answer instanceof Error) throw answer; return answer; });

  const judged = ({ status, responseText }) => {
    let answer = null;
    try { answer = JSON.parse(responseText); } catch { answer = null; }
    if (status === 413) return new Refused(`${file.name}: ${words.uploadTooLarge}`);
    if (status === 409 || status === 404) return new Moved();
    if (status >= 500 || !answer) return new Cut();
    return status < 300 ? answer : new Refused(answer.message || `${file.name}: ${words.uploadCut}`);
  };

  const pause = (seconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    wake = () => { clearTimeout(timer); resolve(); };
  });

  async function attempt(mark) {
    const said = { unit: form.elements.unit.value, name: file.name, size: file.size, mark };
    ({ arrival, received } = await ask(pieces.address, said));
    while (received < file.size) {
      told(received / file.size);
      const from = received;
      const piece = file.slice(from, from + pieces.bytes);
      const values = { offset: from, file: new File([piece], "piece") };
      ({ received } = await ask(`${pieces.address}${arrival}/`, values, (sent) => told(Math.min(0.999, (from + sent) / file.size))));
    }
    told(1);
    for (;;) {
      const answer = await ask(`${pieces.address}${arrival}/finish/`, {});
      if (answer.id) return answer;
      await pause(3); // another request is opening the file
    }
  }

  async function run() {
    let tries = 0;
    try {
      const mark = await markOf(file);
      for (;;) {
        const before = received;
        try { done(await attempt(mark)); return; }
        catch (error) {
          if (!(error instanceof Cut || error instanceof Moved)) throw error;
          if (received > before) tries = 0;
          if (tries >= PAUSES.length) { stopped(); return; }
          waiting();
          await pause(PAUSES[tries]);
          tries += 1;
        }
      }
    } catch (error) {
      if (over || error instanceof Dropped) return;
      failed(error instanceof Refused ? error.message : `${file.name}: ${words.uploadCut}`);
    }
  }

  addEventListener("online", () => wake?.());
  run();
  return {
    goOn: run,
    cancel() {
      over = true;
      request?.abort();
      wake?.();
      if (arrival) {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        fetch(`${pieces.address}${arrival}/drop/`, { method: "POST", body: data, headers: { "X-Requested-With": "fetch" } }).catch(() => {});
      }
      dropped();
    },
  };
}
