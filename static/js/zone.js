// First run: offers the zone of this browser while the field is still empty.

const field = document.querySelector("[data-zone-guess] input");
if (field && !field.value) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) field.value = zone;
}
