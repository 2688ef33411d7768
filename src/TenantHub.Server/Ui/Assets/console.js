// Starts the console's circuit and tells it who looks. There is nothing here that a page needs to be right: the server renders everything.
"use strict";

let viewer;
document.addEventListener("visibilitychange", () => viewer?.invokeMethodAsync("SetVisible", !document.hidden).catch(() => { }));

window.hubConsole = {
  // Gives the viewer's zone, and from now on tells whether the page is looked at.
  begin(person) {
    viewer = person;
    return { name: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "", offsetMinutes: -new Date().getTimezoneOffset() };
  },

  // Leads on from a page whose work is done, unless the person has gone elsewhere meanwhile.
  leadOn(from, to) {
    const path = address => new URL(address, location.href).pathname;
    if (path(from) === location.pathname) Blazor.navigateTo(to, { replaceHistoryEntry: path(to) === location.pathname });
  },

  open: dialog => dialog.showModal(),
  close: dialog => dialog.close(),

  async save(name, stream) {
    const url = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  },
};

// Filters stand in the address, and the browser itself puts them there. Only it knows at that moment which page is shown: an address that the server
// sends back may arrive after a click on a link, and would take the person away from where the link has led.
const filter = field => {
  const value = field.type === "checkbox" ? (field.checked ? field.value : "")
    : field.type === "datetime-local" ? (field.value && new Date(field.value).toISOString().replace(/\.\d+/, ""))
    : field.value.trim();
  const address = new URL(location.href);
  if (value) address.searchParams.set(field.dataset.filter, value);
  else address.searchParams.delete(field.dataset.filter);
  address.searchParams.delete("next"); // Another choice begins with its first page.
  if (address.href !== location.href) Blazor.navigateTo(address.pathname + address.search, { replaceHistoryEntry: field.type === "search" });
};

document.addEventListener("change", event => {
  const field = event.target.closest("[data-filter]");
  if (field && field.type !== "search") filter(field);
});

// A search follows what is typed, when no other letter comes for a moment.
let typing;
document.addEventListener("input", event => {
  const field = event.target.closest("[data-filter][type=search]");
  if (!field) return;
  clearTimeout(typing);
  const page = location.href;
  typing = setTimeout(() => { if (location.href === page) filter(field); }, 80);
});

document.getElementById("components-reconnect-modal").addEventListener("components-reconnect-state-changed", event => {
  // The server has restarted, or has forgotten the page: what was shown is shown again from the address.
  if (event.detail.state === "rejected" || event.detail.state === "resume-failed") location.reload();
});
document.getElementById("reconnect").addEventListener("click", () => Blazor.reconnect().then(known => known || location.reload(), () => { }));

// A WebSocket at once and nothing else: without negotiation any server of a cluster will do.
Blazor.start({ logLevel: 3, circuit: { configureSignalR: builder => builder.withUrl("_blazor", { skipNegotiation: true, transport: 1 }) } });
