// From a list to an outfit and back its photo moves instead of blinking: the picture that leads to
// the other page and the photo there have one name while the browser goes from page to page. Where
// it knows no such transitions, nothing happens.
const OUTFIT = /^\/outfits\/[0-9a-f-]{36}\/$/;

function pathOf(entry) {
  const path = entry?.url ? new URL(entry.url).pathname : "";
  return OUTFIT.test(path) ? path : "";
}

function nameThePhoto(activation, transition) {
  const path = transition && activation && (pathOf(activation.entry) || pathOf(activation.from));
  if (!path) return;
  const photo = location.pathname === path ? ".outfit .frame > img" : `a[href="${path}"] img`;
  const picture = document.querySelector(photo);
  if (!picture) return;
  picture.style.viewTransitionName = "photo";
  transition.finished.finally(() => { picture.style.viewTransitionName = ""; });
}

addEventListener("pageswap", (event) => nameThePhoto(event.activation, event.viewTransition));
addEventListener("pagereveal", (event) => nameThePhoto(window.navigation?.activation, event.viewTransition));
