// The Link page: looks again while it waits, tells the page around it when the account is linked, reads the region out of a pasted address.
"use strict";

(() => {
  const hints = { "acc.autodesk.eu": "EMEA", "acc.can.autodesk.com": "CAN", "acc.autodesk.com": "US" };

  document.addEventListener("input", event => {
    if (event.target.id !== "account_id") return;
    const host = Object.keys(hints).find(name => event.target.value.includes("//" + name));
    const region = document.getElementById("region");
    if (host && region) region.value = hints[host];
  });

  const tell = message => {
    const origins = (document.body.dataset.frameOrigins ?? "").split(" ").filter(Boolean);
    for (const target of [window.parent, window.opener]) {
      if (!target || target === window) continue;
      for (const origin of origins) target.postMessage(message, origin); // The browser gives it only to a page of that origin.
    }
  };

  const whenLinked = () => {
    const done = document.querySelector("[data-linked-account]");
    if (done) tell({ type: "AccountConnected", account: { id: done.dataset.linkedAccount, provider: "autodesk" } });
  };

  document.addEventListener("click", event => {
    if (!event.target.closest("[data-close]")) return;
    tell({ type: "CloseModal" });
    window.close();
  });

  const look = async waiting => {
    try {
      const answer = await fetch(waiting.dataset.poll, { method: "POST", headers: { "x-fragment": "1" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("session");
      const shown = document.getElementById("session");
      if (!fresh || !shown || fresh.innerHTML === shown.innerHTML || shown.contains(document.activeElement) && fresh.dataset.phase === shown.dataset.phase && document.activeElement !== document.body) return;
      shown.replaceWith(fresh);
      announce(fresh.dataset.says);
      if (fresh.dataset.phase === "completed") { fresh.querySelector("h1").focus(); whenLinked(); }
    } catch {
      // Offline for a moment: the next look will tell.
    }
  };

  setInterval(() => {
    const waiting = document.querySelector("[data-poll]");
    if (waiting && !document.hidden) look(waiting);
  }, Number(document.body.dataset.pollEvery ?? 5000));

  if (document.querySelector("[data-just-linked]")) whenLinked();
})();
