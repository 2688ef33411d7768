// Sends files that are dropped onto a folder, as a client of tus does. The page says over its circuit where each request may go; the bytes go by HTTP.
"use strict";

window.fileTransfers = (() => {
  const parts = 8; // In one request: each is judged anew when it begins.
  const maxTries = 8;
  const sendings = new Map(); // By the upload's id.
  let page;

  const tell = (id, state, text) => page?.invokeMethodAsync("Told", id, state, text ?? null).catch(() => { });
  const pause = (tries, signal) => new Promise(done => { const timer = setTimeout(done, Math.min(500 * 2 ** tries, 15000)); signal.addEventListener("abort", () => { clearTimeout(timer); done(); }); });

  async function ask(id, method, headers, body, signal) {
    const { url, fault } = await page.invokeMethodAsync("Pass", id);
    if (!url) throw Object.assign(new Error(fault), { isFinal: true });
    const answer = await fetch(url, { method, headers: { "Tus-Resumable": "1.0.0", ...headers }, body, signal, redirect: "manual", cache: "no-store" });
    if (answer.ok) return Number(answer.headers.get("Upload-Offset"));
    if (answer.type === "opaqueredirect") throw Object.assign(new Error("You are signed out. Sign in and drop the file again."), { isFinal: true });
    const said = await answer.json().catch(() => ({}));
    const isFinal = answer.status < 500 && answer.status !== 409 && answer.status !== 429;
    throw Object.assign(new Error([said.detail ?? `The server answers with ${answer.status}.`, said.nextStep].filter(Boolean).join(" ")), { isFinal });
  }

  // Asks where to go on, then sends piece after piece. What fails is tried again from where storage stands.
  async function send(id) {
    const sending = sendings.get(id);
    const { file, partBytes } = sending;
    const stop = sending.stop = new AbortController();
    tell(id, "sending");
    let offset = null, tries = 0;
    while (!stop.signal.aborted) {
      try {
        offset ??= await ask(id, "HEAD", {}, undefined, stop.signal);
        if (offset < file.size || file.size === 0)
          offset = await ask(id, "PATCH", { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, file.slice(offset, offset + parts * partBytes), stop.signal);
        tries = 0;
        if (offset === file.size) {
          sendings.delete(id);
          return tell(id, "done");
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error.isFinal || ++tries > maxTries) return tell(id, "failed", error.message);
        offset = null;
        await pause(tries, stop.signal);
      }
    }
  }

  async function begin(folder, files) {
    for (const file of files) {
      const begun = await page.invokeMethodAsync("Begin", folder, file.name, file.size, file.lastModified, file.type);
      if (!begun?.id || begun.isWhole || sendings.get(begun.id)?.stop?.signal.aborted === false) continue;
      sendings.set(begun.id, { file, partBytes: begun.partBytes });
      send(begun.id);
    }
  }

  const target = event => page && event.dataTransfer?.types.includes("Files") ? event.target.closest?.("[data-drop]") : null;
  const mark = place => { for (const old of document.querySelectorAll(".over")) if (old !== place) old.classList.remove("over"); place?.classList.add("over"); };
  document.addEventListener("dragover", event => { const place = target(event); mark(place); if (place) event.preventDefault(); });
  document.addEventListener("dragleave", event => { if (!event.relatedTarget) mark(null); });
  document.addEventListener("drop", event => {
    const place = target(event);
    mark(null);
    if (!place) return;
    event.preventDefault();
    begin(place.dataset.drop, [...event.dataTransfer.files]);
  });
  document.addEventListener("change", event => {
    const field = event.target.closest("input[data-files]");
    if (!field || !page) return;
    begin(field.dataset.files, [...field.files]);
    field.value = "";
  });
  addEventListener("beforeunload", event => { if ([...sendings.values()].some(sending => sending.stop?.signal.aborted === false)) event.preventDefault(); });

  return {
    attach: given => { page = given; },
    stop(id) { sendings.get(id)?.stop.abort(); },
    resume: id => void send(id),
    forget(id) { sendings.get(id)?.stop.abort(); sendings.delete(id); },
    // The page of these files is gone, and nobody gives passes any more.
    detach() { for (const sending of sendings.values()) sending.stop?.abort(); sendings.clear(); page = null; },
    open(url) { const link = document.createElement("a"); link.href = url; link.download = ""; link.click(); },
  };
})();
