// Starts the console's circuit and tells it who looks. There is nothing here that a page needs to be right: the server renders everything.
"use strict";

window.hubConsole = {
  // Gives the viewer's zone, and from now on tells whether the page is looked at.
  begin(viewer) {
    document.addEventListener("visibilitychange", () => viewer.invokeMethodAsync("SetVisible", !document.hidden).catch(() => { }));
    return { name: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "", offsetMinutes: -new Date().getTimezoneOffset() };
  },

  async save(name, stream) {
    const url = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  },
};

document.getElementById("components-reconnect-modal").addEventListener("components-reconnect-state-changed", event => {
  // The server has restarted, or has forgotten the page: what was shown is shown again from the address.
  if (event.detail.state === "rejected" || event.detail.state === "resume-failed") location.reload();
});
document.getElementById("reconnect").addEventListener("click", () => Blazor.reconnect().then(known => known || location.reload(), () => { }));

// A WebSocket at once and nothing else: without negotiation any server of a cluster will do.
Blazor.start({ logLevel: 3, circuit: { configureSignalR: builder => builder.withUrl("_blazor", { skipNegotiation: true, transport: 1 }) } });
