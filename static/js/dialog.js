// Native dialogs. Buttons carry command="show-modal" commandfor="id", which new browsers obey by themselves;
// this module does it for the others, and closes a dialog when its backdrop is pressed.

const native = "command" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.hasAttribute("data-dialog-close")) {
    const dialog = button.closest("dialog");
    if (dialog?.open) {
      event.preventDefault();
      dialog.close();
    }
    return;
  }
  const opener = event.target.closest("[data-dialog-open], [command='show-modal']");
  if (opener && (!native || opener.hasAttribute("data-dialog-open"))) {
    const dialog = document.getElementById(opener.dataset.dialogOpen || opener.getAttribute("commandfor"));
    if (dialog && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  if (event.target.matches("dialog[data-dialog]") && outside(event, event.target)) event.target.close();
});

function outside(event, dialog) {
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return !inside && (event.clientX !== 0 || event.clientY !== 0);
}
