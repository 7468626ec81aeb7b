// From a list to an outfit and back its photo moves instead of blinking: the picture that leads to
// the other page and the photo there have one name while the browser goes from page to page. Where
// it knows no such transitions, nothing happens.
const OUTFIT = /^\/outfits\/[0-9a-f-]{36}\/$/;

function pathOf(entry) {
  const path = entry?.url ? new URL(entry.url).pathname : "";
  return OUTFIT.test(path) ? path : "";
}

function nameThePhoto(activation, transition) {
  if (!transition) return;
  // A browser may skip it, as towards a page that has none: that is no error.
  for (const end of [transition.ready, transition.updateCallbackDone, transition.finished]) end.catch(() => {});
  const path = activation && (pathOf(activation.entry) || pathOf(activation.from));
  if (!path) return;
  const photo = location.pathname === path ? ".outfit .frame > img" : `a[href="${path}"] img`;
  const picture = document.querySelector(photo);
  if (!picture) return;
  picture.style.viewTransitionName = "photo";
  transition.finished.catch(() => {}).then(() => { picture.style.viewTransitionName = ""; });
}

addEventListener("pageswap", (event) => nameThePhoto(event.activation, event.viewTransition));
addEventListener("pagereveal", (event) => nameThePhoto(window.navigation?.activation, event.viewTransition));
