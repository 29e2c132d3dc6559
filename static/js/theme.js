/* Runs before the first paint: marks that script works. The theme itself comes from the server as
   data-theme; only the error page of last resort, which knows no person, reads the cookie here. */
"use strict";
{
  const root = document.documentElement;
  root.classList.add("js");
  const cookie = document.cookie.match(/(?:^|; )libsocial_theme=(light|dark)/);
  if (cookie && root.dataset.theme === "auto") root.dataset.theme = cookie[1];
}
