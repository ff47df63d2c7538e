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
