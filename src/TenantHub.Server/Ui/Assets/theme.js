// Dark or light, when somebody wants it otherwise than the system. It runs before the first paint, so no page flashes in the other scheme.
"use strict";

(() => {
  const sheet = document.getElementById("dark"), key = "tenanthub-theme", system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem(key); } catch { return null; } }; // A frame of another site may have no storage.
  const isDark = () => (chosen() ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => { sheet.media = chosen() === null ? "(prefers-color-scheme: dark)" : isDark() ? "all" : "not all"; };

  document.addEventListener("click", event => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const dark = !isDark();
    if (dark === system.matches) localStorage.removeItem(key); // What the system wants: from now on it is followed again.
    else localStorage.setItem(key, dark ? "dark" : "light");
    show();
  });
  addEventListener("storage", show); // Another tab has switched.
  show();
})();
