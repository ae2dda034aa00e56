// What the types let a merchant write, and what they refuse.
const opened = Passage.open({
  claimUrl: "https://connect.example.com/c/clm_1",
  mode: "iframe",
  container: document.body,
  onEvent: ({ type, linkId, status }) => console.log(type === "link.leave", linkId.length, status === "pending"),
  onComplete: ({ linkId, status }: { linkId: string; status: "complete" }) => console.log(linkId, status),
  onError: ({ code }) => console.log(code === "popup_blocked"),
  onClose() {},
});
opened.close();
// @ts-expect-error: there is nothing to open
Passage.open({ mode: "popup" });
// @ts-expect-error: there is no such mode
Passage.open({ claimUrl: "https://connect.example.com/c/clm_1", mode: "tab" });
