// Ends this page's renderer before the page is there: laying out this many
// boxes in one another takes more stack than a renderer has. (Measured: 3000 do;
// twice that takes a fifth of a second, and little memory.)
const outermost = document.createElement("div");
for (let i = 0, inner = outermost; i < 6000; i++) {
  const next = document.createElement("div");
  inner.append(next);
  inner = next;
}
document.body.append(outermost);
document.body.getBoundingClientRect();
