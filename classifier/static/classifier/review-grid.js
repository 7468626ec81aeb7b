// Without this script the form works as it is; with it the button says how many it confirms.
const grid = document.getElementById("review-grid");
if (grid) {
  const boxes = [...grid.querySelectorAll("[name=outfit]")];
  const none = grid.querySelector("[data-none]");
  const count = grid.querySelector("[data-count]");
  const show = () => { count.textContent = `(${boxes.filter((box) => box.checked).length})`; };
  none.hidden = false;
  none.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    show();
  });
  grid.addEventListener("change", show);
  show();
}
