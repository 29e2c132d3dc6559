// Says in the page what the browser would only say in its console: that a passkey was not used, or cannot be.

const named = !/^[\d.]+$|^\[/.test(location.hostname);
const possible = window.isSecureContext && "PublicKeyCredential" in window && named;

if (!possible) {
  for (const hint of document.querySelectorAll("[data-passkey-unsupported]")) hint.hidden = false;
  for (const button of document.querySelectorAll("[data-passkey-button]")) button.hidden = true;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const hint of document.querySelectorAll("[data-passkey-error]")) hint.hidden = false;
});
