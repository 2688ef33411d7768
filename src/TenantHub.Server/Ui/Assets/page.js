// Small helps for every page. Everything works without this file, except what it is the only way to do: copy.
"use strict";

const announce = text => {
  const region = document.getElementById("announcements");
  if (region && region.textContent !== text) region.textContent = text;
};

document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied.");
    button.textContent = "Copied";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(document.getElementById(button.dataset.copy));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    announce("Selected. Copy it with the keyboard.");
  }
});

// A form is sent once: the second click finds the button busy.
document.addEventListener("submit", event => {
  const form = event.target;
  if (form.method !== "post") return; // The console's own forms go over its WebSocket.
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
  if (form.dataset.announce) announce(form.dataset.announce);
});

// The menu of narrow screens.
document.addEventListener("click", event => {
  const frame = document.querySelector(".frame");
  const button = event.target.closest(".menu-button");
  if (!frame || !button && !event.target.closest(".side a")) return;
  const open = Boolean(button) && frame.classList.toggle("menu-open");
  if (!button) frame.classList.remove("menu-open");
  document.querySelector(".menu-button").setAttribute("aria-expanded", String(open));
});

// Who signs out in one tab is out in all of this browser's: the cookie is gone, and an open page would live on without it.
const tabs = new BroadcastChannel("tenanthub-signed-out");
if (new URLSearchParams(location.search).has("signed-out")) tabs.postMessage(null);
tabs.addEventListener("message", () => { if (document.querySelector("form.who")) location.reload(); });

addEventListener("pageshow", event => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
});
