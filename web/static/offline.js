// Has the page kept for when there is no network, and says when a newer version waits. That is taken into use by a reload of
// every page of this site, so that none of them goes on with files of two versions.

const { serviceWorker } = navigator;

const announce = (registration) => {
  const { waiting } = registration;
  // The first version that is kept replaces none.
  if (!waiting || !serviceWorker.controller) return;
  document.addEventListener("iterscope-reload", () => waiting.postMessage("now"), { once: true });
  document.dispatchEvent(new Event("iterscope-update"));
};

if (serviceWorker && !navigator.connection?.saveData) {
  const controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => controlled && location.reload());
  const registration = await serviceWorker.register("sw.js");
  announce(registration);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => installing.state === "installed" && announce(registration));
  });
}
