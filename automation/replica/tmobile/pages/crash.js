// Ends this page's renderer before the page is there: laying out this many
// boxes in one another takes more stack than a renderer has. (Measured: about
// a second, and little memory.)
const outermost = document.createElement("div");
for (let i = 0, inner = outermost; i < 20000; i++) {
  const next = document.createElement("div");
  inner.append(next);
  inner = next;
}
document.body.append(outermost);
document.body.getBoundingClientRect();
