// Runs before the first paint, so that a remembered theme does not flash. Storage may be forbidden.
(() => {
  const flag = /[?&#]theme=(light|dark)\b/.exec(location.search + location.hash);
  let theme = flag && flag[1];
  if (!theme && document.documentElement) {
    try {
      theme = localStorage.getItem("iterscope.theme");
    } catch {
      theme = null;
    }
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
// Opened as a file there are no modules, so that nothing else would come: said in the place of the words that wait for them.
if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    const words = document.getElementById("boot-words");
    if (words) {
      words.textContent =
        "Browsers run this page from a server only, not from a file. Serve its folder, for instance by" +
        " “python3 -m http.server” in it, and open http://localhost:8000; or put it on any static host.";
    }
  });
}
