// The page goes on by itself when the request was answered.
const ask = async () => {
  const { answered } = await (await fetch("/signin/v2/push/state")).json();
  if (answered) document.querySelector("#pushDone").submit();
  else setTimeout(ask, 150);
};
ask();
