// The API page. Whatever would lead to the script's vendor, or ask another host, is off; the page's policy holds besides.
"use strict";

(() => {
  // The scheme is the one of all our pages (theme.js); the script's own class follows it, for the colours of code.
  const sheet = document.getElementById("dark");
  const isDark = () => matchMedia(sheet.media).matches;
  const follow = () => {
    document.body.classList.toggle("dark-mode", isDark());
    document.body.classList.toggle("light-mode", !isDark());
  };
  localStorage.setItem("colorMode", isDark() ? "dark" : "light");

  Scalar.createApiReference("#api", {
    url: "/openapi/v1.json",
    servers: [{ url: location.origin }],
    theme: "none",
    darkMode: isDark(),
    hideDarkModeToggle: true,
    withDefaultFonts: false,
    telemetry: false,
    showDeveloperTools: "never",
    hideClientButton: true,
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: "json",
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    authentication: { preferredSecurityScheme: "basic" },
    operationTitleSource: "summary",
  });
  new MutationObserver(follow).observe(sheet, { attributes: true, attributeFilter: ["media"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  follow();
})();
