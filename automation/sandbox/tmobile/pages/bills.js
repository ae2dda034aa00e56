// Older bills come when somebody scrolls to where they would be.
const list = document.querySelector("#historicalBills");
const more = document.querySelector("#moreBills");

const row = (bill) => {
  const item = document.createElement("li");
  item.className = "billRow";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "PDF";
  button.setAttribute("aria-label", `${bill.On} Download detailed bill PDF`);
  item.append(button);
  for (const [tag, name, text] of [["span", "billPeriod", bill.Period], ["span", "billDue", bill.Due], ["b", "billAmount", bill.Amount]]) {
    const part = document.createElement(tag);
    part.className = name;
    part.textContent = text;
    item.append(" ", part);
  }
  return item;
};

const watch = new IntersectionObserver(async ([end]) => {
  if (!end.isIntersecting) return;
  watch.disconnect();
  const reply = await fetch(`/bill/historical/more?after=${list.children.length}`);
  const { Bills, More } = await reply.json();
  list.append(...Bills.map(row));
  if (More) watch.observe(more);
  else more.remove();
});
watch.observe(more);
