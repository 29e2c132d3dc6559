// Marks a drop zone while a file hovers over it. The drop itself is the native file field, so it works without script.

for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (zone) zone.toggleAttribute("data-over", over);
  });
}
