// The service worker: static files at once on a slow phone, a plain page without a network.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/app/worker.js", { scope: "/" }).catch(() => {});
